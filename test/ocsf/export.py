"""Writes the class API Activity of each version as JSON: {version: {schema, captions}}. Arguments: profile, versions."""

import json
import sys

from ocsf_json_schema import OcsfJsonSchemaEmbedded
from ocsf_json_schema.loader import get_ocsf_schema

name = "api_activity"


def captions(schema):
    """What each value of an enum is called, by attribute."""
    attributes = schema["classes"][name]["attributes"]
    return {
        attribute: {value: entry["caption"] for value, entry in facts["enum"].items()}
        for attribute, facts in attributes.items()
        if facts.get("enum")
    }


def export(version, profile):
    schema = get_ocsf_schema(version)
    return {
        "schema": OcsfJsonSchemaEmbedded(schema).get_class_schema(name, [profile]),
        "captions": captions(schema),
    }


profile, *versions = sys.argv[1:]
json.dump({version: export(version, profile) for version in versions}, sys.stdout)
