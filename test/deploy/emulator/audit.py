"""What an audit trail is made of: bucket, stream, subscriptions, the key of hashes, table and queries."""

from handlers import changes, client, resource_type
from moto.athena.responses import AthenaResponse


def delete_named_query(self) -> str:
    """moto has no such action."""
    del self.athena_backend.named_queries[self._get_param("NamedQueryId")]
    return "{}"


AthenaResponse.delete_named_query = delete_named_query


@resource_type("AWS::S3::Bucket")
class Bucket:
    name_property = "BucketName"

    @staticmethod
    def create(region, name, properties):
        s3 = client("s3", region)
        ref = properties.get("BucketName", name.lower())
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=ref, ObjectLockEnabledForBucket=properties.get("ObjectLockEnabled", False), **place)
        configure(s3, ref, properties)
        attributes = {
            "Arn": f"arn:aws:s3:::{ref}",
            "DomainName": f"{ref}.s3.amazonaws.com",
            "RegionalDomainName": f"{ref}.s3.{region}.amazonaws.com",
        }
        return ref, attributes

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("s3", region).delete_bucket(Bucket=ref)


def configure(s3, ref, properties):
    if "VersioningConfiguration" in properties:
        s3.put_bucket_versioning(Bucket=ref, VersioningConfiguration=properties["VersioningConfiguration"])
    if "BucketEncryption" in properties:
        rules = [
            {
                **{"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]},
                **({"BucketKeyEnabled": rule["BucketKeyEnabled"]} if "BucketKeyEnabled" in rule else {}),
            }
            for rule in properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        ]
        s3.put_bucket_encryption(Bucket=ref, ServerSideEncryptionConfiguration={"Rules": rules})
    if "PublicAccessBlockConfiguration" in properties:
        s3.put_public_access_block(
            Bucket=ref, PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"]
        )
    if "OwnershipControls" in properties:
        s3.put_bucket_ownership_controls(Bucket=ref, OwnershipControls=properties["OwnershipControls"])
    if "ObjectLockConfiguration" in properties:
        s3.put_object_lock_configuration(Bucket=ref, ObjectLockConfiguration=properties["ObjectLockConfiguration"])
    if "LifecycleConfiguration" in properties:
        rules = [lifecycle_rule(rule) for rule in properties["LifecycleConfiguration"]["Rules"]]
        s3.put_bucket_lifecycle_configuration(Bucket=ref, LifecycleConfiguration={"Rules": rules})


def lifecycle_rule(given):
    """CloudFormation's words in S3's own."""
    rule = {"Status": given["Status"], "Filter": {"Prefix": given.get("Prefix", "")}}
    if "Id" in given:
        rule["ID"] = given["Id"]
    if "AbortIncompleteMultipartUpload" in given:
        rule["AbortIncompleteMultipartUpload"] = given["AbortIncompleteMultipartUpload"]
    if "ExpirationInDays" in given:
        rule["Expiration"] = {"Days": given["ExpirationInDays"]}
    if "NoncurrentVersionExpiration" in given:
        rule["NoncurrentVersionExpiration"] = given["NoncurrentVersionExpiration"]
    if "Transitions" in given:
        rule["Transitions"] = [
            {"Days": one["TransitionInDays"], "StorageClass": one["StorageClass"]} for one in given["Transitions"]
        ]
    return rule


@resource_type("AWS::KinesisFirehose::DeliveryStream")
class DeliveryStream:
    name_property = "DeliveryStreamName"

    @staticmethod
    def create(region, name, properties):
        made = client("firehose", region).create_delivery_stream(**{"DeliveryStreamName": name, **properties})
        return name, {"Arn": made["DeliveryStreamARN"]}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("firehose", region).delete_delivery_stream(DeliveryStreamName=ref)


@resource_type("AWS::Logs::LogStream")
class LogStream:
    @staticmethod
    def create(region, name, properties):
        ref = properties["LogStreamName"]
        client("logs", region).create_log_stream(logGroupName=properties["LogGroupName"], logStreamName=ref)
        return ref, {}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("logs", region).delete_log_stream(logGroupName=properties["LogGroupName"], logStreamName=ref)


@resource_type("AWS::Logs::SubscriptionFilter")
class SubscriptionFilter:
    @staticmethod
    def create(region, name, properties):
        client("logs", region).put_subscription_filter(
            filterName=name,
            logGroupName=properties["LogGroupName"],
            filterPattern=properties["FilterPattern"],
            destinationArn=properties["DestinationArn"],
            roleArn=properties["RoleArn"],
        )
        return name, {}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("logs", region).delete_subscription_filter(logGroupName=properties["LogGroupName"], filterName=ref)


@resource_type("AWS::SecretsManager::Secret")
class Secret:
    name_property = "Name"

    @staticmethod
    def create(region, name, properties):
        secrets = client("secretsmanager", region)
        password = secrets.get_random_password(**properties["GenerateSecretString"])["RandomPassword"]
        made = secrets.create_secret(
            Name=properties.get("Name", name), Description=properties.get("Description", ""), SecretString=password
        )
        return made["ARN"], {"Id": made["ARN"]}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("secretsmanager", region).delete_secret(SecretId=ref)


@resource_type("AWS::Glue::Database")
class Database:
    @staticmethod
    def create(region, name, properties):
        client("glue", region).create_database(**properties)
        return properties["DatabaseInput"]["Name"], {}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("glue", region).delete_database(Name=ref)


@resource_type("AWS::Glue::Table")
class Table:
    @staticmethod
    def create(region, name, properties):
        client("glue", region).create_table(**properties)
        return properties["TableInput"]["Name"], {}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("glue", region).delete_table(DatabaseName=properties["DatabaseName"], Name=ref)


@resource_type("AWS::Athena::WorkGroup")
class WorkGroup:
    @staticmethod
    def create(region, name, properties):
        client("athena", region).create_work_group(
            Name=properties["Name"],
            Description=properties["Description"],
            Configuration=properties["WorkGroupConfiguration"],
        )
        return properties["Name"], {}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("athena", region).delete_work_group(WorkGroup=ref, RecursiveDeleteOption=properties["RecursiveDeleteOption"])


@resource_type("AWS::Athena::NamedQuery")
class NamedQuery:
    @staticmethod
    def create(region, name, properties):
        made = client("athena", region).create_named_query(**properties)
        return made["NamedQueryId"], {"NamedQueryId": made["NamedQueryId"]}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("athena", region).delete_named_query(NamedQueryId=ref)
