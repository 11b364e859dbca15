"""Functions, what may call them, and layers."""

import re

from handlers import changes, client, resource_type

of_code = ("Code", "Architectures")
# Where the API has another name than CloudFormation.
names = {"KmsKeyArn": "KMSKeyArn"}
separate = {"Tags", "ReservedConcurrentExecutions", "CodeSigningConfigArn", *of_code}


@resource_type("AWS::Lambda::Function")
class Function:
    name_property = "FunctionName"

    @staticmethod
    def create(region, name, properties):
        functions = client("lambda", region)
        given = {names.get(member, member): value for member, value in properties.items() if member not in separate - {*of_code}}
        signing = {"CodeSigningConfigArn": properties["CodeSigningConfigArn"]} if "CodeSigningConfigArn" in properties else {}
        made = functions.create_function(**filled(region, {"FunctionName": name, **given, **signing}))
        ref = made["FunctionName"]
        if "ReservedConcurrentExecutions" in properties:
            functions.put_function_concurrency(
                FunctionName=ref, ReservedConcurrentExecutions=properties["ReservedConcurrentExecutions"]
            )
        return ref, {"Arn": made["FunctionArn"]}

    @staticmethod
    def update(region, ref, old, new):
        functions = client("lambda", region)
        configuration = {name for name in {*old, *new} if name not in separate}
        found = changes(old, new, "Code", *configuration)
        if "Code" in found:
            functions.update_function_code(FunctionName=ref, **new["Code"])
        if found - {"Code"}:
            given = {names.get(name, name): new[name] for name in configuration if name in new}
            functions.update_function_configuration(FunctionName=ref, **filled(region, given))

    @staticmethod
    def delete(region, ref, properties):
        client("lambda", region).delete_function(FunctionName=ref)


def filled(region, given):
    """Dynamic references, as CloudFormation fills them in; moto leaves them as they are."""
    secrets = client("secretsmanager", region)

    def value(found):
        return secrets.get_secret_value(SecretId=found[1])["SecretString"]

    variables = given.get("Environment", {}).get("Variables", {})
    reference = re.compile(r"\{\{resolve:secretsmanager:(.+?):SecretString:::\}\}")
    told = {name: reference.sub(value, text) for name, text in variables.items()}
    return {**given, **({"Environment": {"Variables": told}} if variables else {})}


@resource_type("AWS::Lambda::Permission")
class Permission:
    @staticmethod
    def create(region, name, properties):
        client("lambda", region).add_permission(StatementId=name, **properties)
        return name, {"Id": name}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("lambda", region).remove_permission(FunctionName=properties["FunctionName"], StatementId=ref)


@resource_type("AWS::Lambda::LayerVersion")
class LayerVersion:
    @staticmethod
    def create(region, name, properties):
        given = {"LayerName": name, **properties}
        made = client("lambda", region).publish_layer_version(**given)
        return made["LayerVersionArn"], {"LayerVersionArn": made["LayerVersionArn"]}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        _, layer, version = ref.rsplit(":", 2)
        client("lambda", region).delete_layer_version(LayerName=layer, VersionNumber=int(version))
