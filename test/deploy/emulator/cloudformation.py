"""Where moto's CloudFormation is another than AWS's in what our stacks show: order, retention, exports, outputs, roles."""

import traceback

from moto.cloudformation.exceptions import CloudFormationError, ValidationError
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.parsing import (
    ResourceMap,
    parse_and_update_resource,
)
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult


def complete() -> None:
    CloudFormationResponse.describe_change_set = describe_change_set
    CloudFormationResponse.delete_change_set = delete_change_set
    CloudFormationResponse.execute_change_set = execute_change_set
    CloudFormationResponse.update_termination_protection = update_termination_protection
    CloudFormationBackend.delete_stack = refused_if_protected(CloudFormationBackend.delete_stack)
    ResourceMap.update = update
    ResourceMap.delete = delete
    CloudFormationBackend.execute_change_set = with_exports(CloudFormationBackend.execute_change_set)


def update(self, template, parameters=None) -> None:
    """What is new first, then what changed, and only then what is gone. moto begins with what is gone."""
    old = dict(self._resource_json_map)
    diff = self.build_resource_diff(template, parameters)
    self._template = template
    if parameters:
        # moto hands on what it once read at a parameter's place as if it were the place.
        kinds = {name: given["Type"] for name, given in template.get("Parameters", {}).items()}
        self.input_parameters = {
            name: value for name, value in parameters.items() if not kinds.get(name, "").startswith("AWS::SSM::")
        }
    self._resource_json_map = template["Resources"]
    self.load()
    for name in diff["Add"]:
        make(self, name)
    for name in diff["Modify"]:
        self._parsed_resources[name] = changed(self, name)
    for name in reversed([one for one in self._parsed_resources if one in diff["Remove"]]):
        gone(self, name, old[name])
        del self._parsed_resources[name]


def make(self, name) -> None:
    """What a resource refers to is made by referring to it; what it only depends on is not."""
    depends_on = self._resource_json_map[name].get("DependsOn", [])
    for other in [depends_on] if isinstance(depends_on, str) else depends_on:
        make(self, other)
    described = self._resource_json_map[name]
    is_wanted = "Condition" not in described or self.lazy_condition_map[described["Condition"]]
    if self[name] is None and is_wanted:
        raise NotImplementedError(f"moto has no {described['Type']}")


def changed(self, name):
    resource = parse_and_update_resource(
        name, self._resource_json_map[name], self, account_id=self._account_id, region_name=self._region_name
    )
    # moto goes on as if it were updated.
    if resource is None:
        raise NotImplementedError(f"moto cannot update {self._resource_json_map[name]['Type']}")
    return resource


def delete(self) -> None:
    """
    In the reverse of the order in which they were made, since that one followed what refers to what. They stay in the map: moto
    makes anew what it does not find there, for the outputs of a stack that is gone.
    """
    for name in reversed([one for one in self._parsed_resources if one in self._resource_json_map]):
        gone(self, name, self._resource_json_map[name])


def gone(self, name, described) -> None:
    resource = self._parsed_resources[name]
    # moto heeds it when a stack is deleted, not when a resource leaves its template.
    if resource is not None and described.get("DeletionPolicy") != "Retain":
        self._delete_resource(resource, described)


def with_exports(part):
    """moto knows exports and outputs of stacks that were made without a change set only."""

    def execute_change_set(self, change_set_name, stack_name=None):
        change_set = self.describe_change_set(change_set_name)
        stack = self.stacks[change_set.stack_id]
        stack.resource_map.cross_stack_resources = self.exports
        stack.role_arn = change_set.role_arn or stack.role_arn
        try:
            part(self, change_set_name, stack_name)
        except Exception as error:
            # moto answers 500 and, asked again, says that it was done.
            stack.status = "ROLLBACK_FAILED" if change_set.change_set_type == "CREATE" else "UPDATE_ROLLBACK_FAILED"
            stack._add_stack_event(stack.status, resource_status_reason=f"{type(error).__name__}: {error}")
            change_set.execution_status = "EXECUTE_FAILED"
            traceback.print_exc()
            return
        stack._parse_template()
        stack.output_map = stack._create_output_map()
        for export in stack.exports:
            self.exports[export.name] = export

    return execute_change_set


def change_set_id(response):
    """moto looks for the name in all stacks, and each of them has a change set of the CLI's."""
    name, stack = response._get_param("ChangeSetName"), response._get_param("StackName")
    for one_id, one in response.cloudformation_backend.change_sets.items():
        if name in (one_id, one.change_set_name) and stack in (None, one.stack_name, one.stack_id):
            return one_id
    return None


class ChangeSetNotFound(CloudFormationError):
    code = "ChangeSetNotFound"


def describe_change_set(self):
    found = change_set_id(self)
    if found is None:
        raise ChangeSetNotFound(f"ChangeSet [{self._get_param('ChangeSetName')}] does not exist")
    return ActionResult(self.cloudformation_backend.describe_change_set(found))


def delete_change_set(self):
    self.cloudformation_backend.change_sets.pop(change_set_id(self), None)
    return EmptyResult()


def execute_change_set(self):
    self.cloudformation_backend.execute_change_set(change_set_id(self), self._get_param("StackName"))
    return EmptyResult()


def update_termination_protection(self):
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    stack.enable_termination_protection = self._get_bool_param("EnableTerminationProtection")
    return ActionResult({"StackId": stack.stack_id})


def refused_if_protected(part):
    """moto keeps the setting of a stack and deletes it anyway."""

    def delete_stack(self, name_or_stack_id):
        stack = next((one for one in self.stacks.values() if name_or_stack_id in (one.name, one.stack_id)), None)
        if stack and stack.enable_termination_protection:
            raise ValidationError(message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
        return part(self, name_or_stack_id)

    return delete_stack
