"""
Resource types that moto's CloudFormation lacks or cannot update. As AWS's own handlers do, each asks the service by its public
API, so that its parameters are checked against AWS's model of it, and what is asked is recorded.
"""

import boto3

# Defines moto's own types: of two for one type, the later counts.
import moto.cloudformation.parsing  # noqa: F401
from moto.core.common_models import CloudFormationModel

# Of the server, once it listens.
endpoint = ""
# moto finds classes by what they derive from, and Python lets go what nothing else refers to.
models: list[type] = []
# Of types that are not held: what others refer to of them.
known_attributes = {}


def client(service: str, region: str):
    return boto3.client(service, region_name=region, endpoint_url=endpoint)


def resource_type(kind: str):
    """A class with `create(region, name, properties)`, which gives `Ref` and attributes, `update` and `delete`, as a type of moto's."""

    def decorate(handler):
        def made(region, properties, ref, attributes):
            one = model()
            one.physical_resource_id, one.attributes = ref, attributes
            one.region, one.properties = region, properties
            return one

        def create(cls, name, described, account, region, **_):
            properties = described["Properties"]
            try:
                return made(region, properties, *handler.create(region, name, properties))
            except KeyError as error:
                # Of a KeyError moto makes "undefined resource".
                raise RuntimeError(f"{kind}: no {error}") from error

        def update(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
            properties = cloudformation_json["Properties"]
            handler.update(region_name, original_resource.physical_resource_id, original_resource.properties, properties)
            return made(region_name, properties, original_resource.physical_resource_id, original_resource.attributes)

        def delete(self, account, region):
            handler.delete(region, self.physical_resource_id, self.properties)

        model = type(
            handler.__name__,
            (CloudFormationModel,),
            {
                "cloudformation_type": staticmethod(lambda: kind),
                "cloudformation_name_type": staticmethod(lambda: getattr(handler, "name_property", "")),
                "create_from_cloudformation_json": classmethod(create),
                "update_from_cloudformation_json": classmethod(update),
                "delete_from_cloudformation_json": classmethod(lambda cls, *_: None),
                "delete": delete,
                "physical_resource_id": None,
                "has_cfn_attr": classmethod(lambda cls, name: True),
                "get_cfn_attribute": lambda self, name: self.attributes[name],
            },
        )
        models.append(model)
        return handler

    return decorate


def not_held(kind: str) -> None:
    """A type of which the emulator holds nothing. Which ones, and why, is listed where the result is read: ../not-held.ts."""
    attributes = known_attributes.get(kind, lambda *_: {})

    @resource_type(kind)
    class NotHeld:
        create = staticmethod(lambda region, name, properties: (name, AnyAttribute(attributes(region, name))))
        update = staticmethod(lambda *_: None)
        delete = staticmethod(lambda *_: None)


class AnyAttribute(dict):
    def __missing__(self, name):
        return f"not-held:{name}"


def changes(old: dict, new: dict, *handled: str) -> set[str]:
    """Names of the properties that changed. A change that no handler knows is a fault, not silence."""
    found = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    if found - set(handled):
        raise NotImplementedError(f"update of {', '.join(sorted(found - set(handled)))}")
    return found


def lower(properties: dict, *names: str) -> dict:
    """These members as API Gateway spells them."""
    return {name[0].lower() + name[1:]: properties[name] for name in names if name in properties}


def tags_of(properties: dict) -> dict:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
