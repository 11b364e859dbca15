"""API Gateway's resource types."""

import json

from handlers import changes, client, lower, resource_type

of_rest_api = ("Name", "Description", "DisableExecuteApiEndpoint", "SecurityPolicy", "EndpointAccessMode")


@resource_type("AWS::ApiGateway::RestApi")
class RestApi:
    name_property = "Name"

    @staticmethod
    def create(region, name, properties):
        gateway = client("apigateway", region)
        endpoint = properties.get("EndpointConfiguration", {})
        made = gateway.create_rest_api(
            **lower(properties, *of_rest_api),
            endpointConfiguration=lower(endpoint, "Types", "VpcEndpointIds"),
            **({"policy": json.dumps(properties["Policy"])} if "Policy" in properties else {}),
        )
        put(gateway, region, made["id"], properties)
        return made["id"], {"RootResourceId": made["rootResourceId"]}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new, "Body", "BodyS3Location")
        put(client("apigateway", region), region, ref, new)

    @staticmethod
    def delete(region, ref, properties):
        client("apigateway", region).delete_rest_api(restApiId=ref)


def put(gateway, region, ref, properties):
    # As CloudFormation does unless told otherwise: no operation lists its path parameters or responses, which OpenAPI asks for and
    # API Gateway does not.
    strict = properties.get("FailOnWarnings", False)
    document = json.dumps(body(region, properties))
    gateway.put_rest_api(restApiId=ref, mode="overwrite", failOnWarnings=strict, body=document)


def body(region, properties) -> dict:
    if "Body" in properties:
        return properties["Body"]
    place = properties["BodyS3Location"]
    return json.loads(client("s3", region).get_object(Bucket=place["Bucket"], Key=place["Key"])["Body"].read())


@resource_type("AWS::ApiGateway::Deployment")
class Deployment:
    @staticmethod
    def create(region, name, properties):
        made = client("apigateway", region).create_deployment(**lower(properties, "RestApiId", "Description"))
        return made["id"], {"DeploymentId": made["id"]}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("apigateway", region).delete_deployment(restApiId=properties["RestApiId"], deploymentId=ref)


@resource_type("AWS::ApiGateway::Stage")
class Stage:
    @staticmethod
    def create(region, name, properties):
        gateway = client("apigateway", region)
        gateway.create_stage(**lower(properties, "RestApiId", "StageName", "DeploymentId", "TracingEnabled", "Description"))
        patch(gateway, properties, settings(properties))
        return properties["StageName"], {}

    @staticmethod
    def update(region, ref, old, new):
        found = changes(old, new, "DeploymentId", "AccessLogSetting", "MethodSettings", "TracingEnabled")
        operations = settings(new)
        if "DeploymentId" in found:
            operations["/deploymentId"] = new["DeploymentId"]
        if "TracingEnabled" in found:
            operations["/tracingEnabled"] = new.get("TracingEnabled", False)
        patch(client("apigateway", region), new, operations)

    @staticmethod
    def delete(region, ref, properties):
        client("apigateway", region).delete_stage(restApiId=properties["RestApiId"], stageName=ref)


def settings(properties) -> dict:
    logs = properties.get("AccessLogSetting", {})
    operations = {f"/accessLogSettings/{name[0].lower()}{name[1:]}": value for name, value in logs.items()}
    paths = {
        "MetricsEnabled": "metrics/enabled",
        "DataTraceEnabled": "logging/dataTrace",
        "LoggingLevel": "logging/loglevel",
        "ThrottlingRateLimit": "throttling/rateLimit",
        "ThrottlingBurstLimit": "throttling/burstLimit",
    }
    for one in properties.get("MethodSettings", []):
        place = "/*/*" if one["ResourcePath"] == "/*" else f"{one['ResourcePath']}/{one['HttpMethod']}"
        for name, value in one.items():
            if name not in ("ResourcePath", "HttpMethod"):
                operations[f"{place}/{paths[name]}"] = value
    return operations


def patch(gateway, properties, operations):
    texts = {path: str(value).lower() if isinstance(value, bool) else str(value) for path, value in operations.items()}
    gateway.update_stage(
        restApiId=properties["RestApiId"],
        stageName=properties["StageName"],
        patchOperations=[{"op": "replace", "path": path, "value": value} for path, value in texts.items()],
    )


@resource_type("AWS::ApiGateway::Account")
class Account:
    @staticmethod
    def create(region, name, properties):
        Account.update(region, name, {}, properties)
        return name, {"Id": name}

    @staticmethod
    def update(region, ref, old, new):
        operation = {"op": "replace", "path": "/cloudwatchRoleArn", "value": new["CloudWatchRoleArn"]}
        client("apigateway", region).update_account(patchOperations=[operation])

    @staticmethod
    def delete(region, ref, properties):
        pass
