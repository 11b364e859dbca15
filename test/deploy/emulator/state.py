"""Tables and log groups."""

from handlers import changes, client, resource_type, tags_of


@resource_type("AWS::DynamoDB::Table")
class Table:
    name_property = "TableName"

    @staticmethod
    def create(region, name, properties):
        dynamodb = client("dynamodb", region)
        passed = ("AttributeDefinitions", "KeySchema", "BillingMode", "DeletionProtectionEnabled")
        made = dynamodb.create_table(
            TableName=properties.get("TableName", name),
            **{member: properties[member] for member in passed if member in properties},
            **({"SSESpecification": sse(properties["SSESpecification"])} if "SSESpecification" in properties else {}),
            Tags=properties.get("Tags", []),
        )["TableDescription"]
        ref = made["TableName"]
        if "TimeToLiveSpecification" in properties:
            dynamodb.update_time_to_live(
                TableName=ref, TimeToLiveSpecification=properties["TimeToLiveSpecification"]
            )
        if "PointInTimeRecoverySpecification" in properties:
            dynamodb.update_continuous_backups(
                TableName=ref, PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"]
            )
        return ref, {"Arn": made["TableArn"]}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new, "DeletionProtectionEnabled")
        client("dynamodb", region).update_table(
            TableName=ref, DeletionProtectionEnabled=new.get("DeletionProtectionEnabled", False)
        )

    @staticmethod
    def delete(region, ref, properties):
        client("dynamodb", region).delete_table(TableName=ref)


def sse(given):
    names = {"SSEEnabled": "Enabled", "SSEType": "SSEType", "KMSMasterKeyId": "KMSMasterKeyId"}
    return {names[member]: value for member, value in given.items()}


@resource_type("AWS::Logs::LogGroup")
class LogGroup:
    name_property = "LogGroupName"

    @staticmethod
    def create(region, name, properties):
        logs = client("logs", region)
        ref = properties.get("LogGroupName", name)
        key = {"kmsKeyId": properties["KmsKeyId"]} if "KmsKeyId" in properties else {}
        protection = (
            {"deletionProtectionEnabled": properties["DeletionProtectionEnabled"]}
            if "DeletionProtectionEnabled" in properties
            else {}
        )
        logs.create_log_group(logGroupName=ref, **key, **protection, **({"tags": tags_of(properties)} if tags_of(properties) else {}))
        if "RetentionInDays" in properties:
            logs.put_retention_policy(logGroupName=ref, retentionInDays=properties["RetentionInDays"])
        arn = logs.describe_log_groups(logGroupNamePrefix=ref)["logGroups"][0]["arn"]
        # AWS's ends so; moto's does not.
        return ref, {"Arn": f"{arn.removesuffix(':*')}:*"}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new, "RetentionInDays")
        client("logs", region).put_retention_policy(logGroupName=ref, retentionInDays=new["RetentionInDays"])

    @staticmethod
    def delete(region, ref, properties):
        client("logs", region).delete_log_group(logGroupName=ref)
