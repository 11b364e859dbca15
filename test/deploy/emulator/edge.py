"""Domains of API Gateway, the web firewall, keys, and security groups."""

import json

from handlers import changes, client, lower, resource_type, tags_of

of_domain = ("DomainName", "RegionalCertificateArn", "SecurityPolicy", "EndpointAccessMode")


@resource_type("AWS::ApiGateway::DomainName")
class DomainName:
    name_property = "DomainName"

    @staticmethod
    def create(region, name, properties):
        given = lower(properties, *of_domain)
        if "MutualTlsAuthentication" in properties:
            given["mutualTlsAuthentication"] = lower(
                properties["MutualTlsAuthentication"], "TruststoreUri", "TruststoreVersion"
            )
        endpoint = lower(properties["EndpointConfiguration"], "Types", "IpAddressType")
        made = client("apigateway", region).create_domain_name(**given, endpointConfiguration=endpoint)
        return made["domainName"], {
            "RegionalDomainName": made["regionalDomainName"],
            "RegionalHostedZoneId": made["regionalHostedZoneId"],
        }

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("apigateway", region).delete_domain_name(domainName=ref)


@resource_type("AWS::ApiGateway::BasePathMapping")
class BasePathMapping:
    @staticmethod
    def create(region, name, properties):
        given = lower(properties, "DomainName", "RestApiId", "Stage", "BasePath")
        made = client("apigateway", region).create_base_path_mapping(**given)
        return f"{properties['DomainName']}|{made['basePath']}", {}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        domain, path = ref.split("|")
        client("apigateway", region).delete_base_path_mapping(domainName=domain, basePath=path)


def waf_type(kind: str, called: str):
    """Sets and lists of WAF differ in their names only. `Ref` is `name|id|scope`."""

    @resource_type(kind)
    class Waf:
        @staticmethod
        def create(region, name, properties):
            given = {"Name": name, **as_asked(properties)}
            summary = getattr(client("wafv2", region), f"create_{called}")(**given)["Summary"]
            return f"{summary['Name']}|{summary['Id']}|{given['Scope']}", {"Arn": summary["ARN"], "Id": summary["Id"]}

        @staticmethod
        def update(region, ref, old, new):
            changes(old, new)

        @staticmethod
        def delete(region, ref, properties):
            waf = client("wafv2", region)
            name, one, scope = ref.split("|")
            lock = getattr(waf, f"get_{called}")(Name=name, Id=one, Scope=scope)["LockToken"]
            getattr(waf, f"delete_{called}")(Name=name, Id=one, Scope=scope, LockToken=lock)


def as_asked(value):
    """CloudFormation's `Arn` of a set is `ARN` to the service."""
    if isinstance(value, list):
        return [as_asked(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {"ARN" if name == "Arn" else name: as_asked(member) for name, member in value.items()}


waf_type("AWS::WAFv2::IPSet", "ip_set")
waf_type("AWS::WAFv2::WebACL", "web_acl")


@resource_type("AWS::WAFv2::WebACLAssociation")
class WebAclAssociation:
    @staticmethod
    def create(region, name, properties):
        client("wafv2", region).associate_web_acl(**properties)
        return f"{properties['ResourceArn']}|{properties['WebACLArn']}", {}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("wafv2", region).disassociate_web_acl(ResourceArn=properties["ResourceArn"])


@resource_type("AWS::WAFv2::LoggingConfiguration")
class LoggingConfiguration:
    @staticmethod
    def create(region, name, properties):
        client("wafv2", region).put_logging_configuration(LoggingConfiguration=properties)
        return properties["ResourceArn"], {}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("wafv2", region).delete_logging_configuration(ResourceArn=ref)


@resource_type("AWS::KMS::Key")
class Key:
    @staticmethod
    def create(region, name, properties):
        kms = client("kms", region)
        passed = ("Description", "KeySpec", "KeyUsage")
        made = kms.create_key(
            Policy=json.dumps(properties["KeyPolicy"]),
            Tags=[{"TagKey": key, "TagValue": value} for key, value in tags_of(properties).items()],
            **{member: properties[member] for member in passed if member in properties},
        )["KeyMetadata"]
        if properties.get("EnableKeyRotation"):
            kms.enable_key_rotation(KeyId=made["KeyId"])
        return made["KeyId"], {"Arn": made["Arn"], "KeyId": made["KeyId"]}

    @staticmethod
    def update(region, ref, old, new):
        found = changes(old, new, "KeyPolicy")
        if "KeyPolicy" in found:
            client("kms", region).put_key_policy(
                KeyId=ref, PolicyName="default", Policy=json.dumps(new["KeyPolicy"])
            )

    @staticmethod
    def delete(region, ref, properties):
        client("kms", region).schedule_key_deletion(KeyId=ref, PendingWindowInDays=30)


@resource_type("AWS::EC2::SecurityGroup")
class SecurityGroup:
    @staticmethod
    def create(region, name, properties):
        ec2 = client("ec2", region)
        given = {"Description": properties["GroupDescription"], "VpcId": properties["VpcId"]}
        ref = ec2.create_security_group(GroupName=name, **given)["GroupId"]
        # Where rules are declared, AWS's own, which lets everything out, is taken away.
        everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        ec2.revoke_security_group_egress(GroupId=ref, IpPermissions=everything)
        ec2.authorize_security_group_egress(GroupId=ref, IpPermissions=[rule(one) for one in properties["SecurityGroupEgress"]])
        return ref, {"GroupId": ref}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new)

    @staticmethod
    def delete(region, ref, properties):
        client("ec2", region).delete_security_group(GroupId=ref)


def rule(given):
    described = {"Description": given["Description"]} if "Description" in given else {}
    if "CidrIp" in given:
        ranges = {"IpRanges": [{"CidrIp": given["CidrIp"], **described}]}
    else:
        ranges = {"Ipv6Ranges": [{"CidrIpv6": given["CidrIpv6"], **described}]}
    return {"IpProtocol": given["IpProtocol"], "FromPort": given["FromPort"], "ToPort": given["ToPort"], **ranges}
