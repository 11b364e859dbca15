"""Alarms, and the topic that they publish to."""

import json

from handlers import client, known_attributes, resource_type


@resource_type("AWS::CloudWatch::Alarm")
class Alarm:
    name_property = "AlarmName"

    @staticmethod
    def create(region, name, properties):
        return put(region, name, properties), {"Arn": arn(region, name)}

    @staticmethod
    def update(region, ref, old, new):
        put(region, ref, new)

    @staticmethod
    def delete(region, ref, properties):
        client("cloudwatch", region).delete_alarms(AlarmNames=[ref])


def put(region, name, properties):
    client("cloudwatch", region).put_metric_alarm(**{**properties, "AlarmName": name})
    return name


def arn(region, name):
    return f"arn:aws:cloudwatch:{region}:123456789012:alarm:{name}"


# moto has none, and dashboards name them.
known_attributes["AWS::CloudWatch::CompositeAlarm"] = lambda region, name: {"Arn": arn(region, name)}


@resource_type("AWS::SNS::Topic")
class Topic:
    name_property = "TopicName"

    @staticmethod
    def create(region, name, properties):
        attributes = {key: properties[key] for key in ("KmsMasterKeyId",) if key in properties}
        ref = client("sns", region).create_topic(Name=name, Attributes=attributes)["TopicArn"]
        return ref, {"TopicArn": ref, "TopicName": name}

    @staticmethod
    def update(region, ref, old, new):
        client("sns", region).set_topic_attributes(
            TopicArn=ref, AttributeName="KmsMasterKeyId", AttributeValue=new.get("KmsMasterKeyId", "")
        )

    @staticmethod
    def delete(region, ref, properties):
        client("sns", region).delete_topic(TopicArn=ref)


@resource_type("AWS::SNS::TopicPolicy")
class TopicPolicy:
    @staticmethod
    def create(region, name, properties):
        for topic in properties["Topics"]:
            client("sns", region).set_topic_attributes(
                TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(properties["PolicyDocument"])
            )
        return name, {"Id": name}

    @staticmethod
    def update(region, ref, old, new):
        TopicPolicy.create(region, ref, new)

    @staticmethod
    def delete(region, ref, properties):
        """Gone with its topic."""
