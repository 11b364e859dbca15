"""Roles and their policies."""

import json

from handlers import changes, client, resource_type


@resource_type("AWS::IAM::Role")
class Role:
    name_property = "RoleName"

    @staticmethod
    def create(region, name, properties):
        iam = client("iam", region)
        passed = ("Path", "Description", "MaxSessionDuration", "PermissionsBoundary", "Tags")
        made = iam.create_role(
            RoleName=properties.get("RoleName", name),
            AssumeRolePolicyDocument=json.dumps(properties["AssumeRolePolicyDocument"]),
            **{member: properties[member] for member in passed if member in properties},
        )["Role"]
        ref = made["RoleName"]
        for policy in properties.get("Policies", []):
            document = json.dumps(policy["PolicyDocument"])
            iam.put_role_policy(RoleName=ref, PolicyName=policy["PolicyName"], PolicyDocument=document)
        for arn in properties.get("ManagedPolicyArns", []):
            iam.attach_role_policy(RoleName=ref, PolicyArn=arn)
        return ref, {"Arn": made["Arn"], "RoleId": made["RoleId"]}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        iam = client("iam", region)
        for policy in properties.get("Policies", []):
            iam.delete_role_policy(RoleName=ref, PolicyName=policy["PolicyName"])
        for arn in properties.get("ManagedPolicyArns", []):
            iam.detach_role_policy(RoleName=ref, PolicyArn=arn)
        iam.delete_role(RoleName=ref)


@resource_type("AWS::IAM::Policy")
class RolePolicy:
    @staticmethod
    def create(region, name, properties):
        RolePolicy.update(region, name, {}, properties)
        return properties["PolicyName"], {"Id": properties["PolicyName"]}

    @staticmethod
    def update(region, ref, old, new):
        if old:
            changes(old, new, "PolicyDocument")
        for role in new["Roles"]:
            document = json.dumps(new["PolicyDocument"])
            client("iam", region).put_role_policy(
                RoleName=role, PolicyName=new["PolicyName"], PolicyDocument=document
            )

    @staticmethod
    def delete(region, ref, properties):
        for role in properties["Roles"]:
            client("iam", region).delete_role_policy(RoleName=role, PolicyName=properties["PolicyName"])
