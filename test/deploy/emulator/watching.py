"""Rules of Contributor Insights."""

from handlers import changes, client, resource_type


@resource_type("AWS::CloudWatch::InsightRule")
class InsightRule:
    name_property = "RuleName"

    @staticmethod
    def create(region, name, properties):
        put(region, properties)
        ref = properties["RuleName"]
        return ref, {"RuleName": ref, "Arn": f"arn:aws:cloudwatch:{region}:123456789012:insight-rule/{ref}"}

    @staticmethod
    def update(region, ref, old, new):
        changes(old, new, "RuleBody", "RuleState")
        put(region, new)

    @staticmethod
    def delete(region, ref, properties):
        client("cloudwatch", region).delete_insight_rules(RuleNames=[ref])


def put(region, properties):
    client("cloudwatch", region).put_insight_rule(
        RuleName=properties["RuleName"],
        RuleState=properties["RuleState"],
        RuleDefinition=properties["RuleBody"],
        Tags=properties.get("Tags", []),
    )
