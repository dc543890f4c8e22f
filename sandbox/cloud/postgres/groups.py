"""DB parameter groups and subnet groups as RDS keeps them: checked, applied to the instances that use them, not deleted under them."""

from collections.abc import Iterable
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBParameterGroupNotFoundError, InvalidParameterValue, RDSClientError
from moto.rds.models import DBInstance, DBParameterGroup, DBSubnetGroup, RDSBackend
from moto.rds.responses import RDSResponse

from sandbox.cloud.postgres.instances import Instances
from sandbox.cloud.postgres.parameters import FAMILY, Catalogue, ParameterError

# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html
PARAMETERS_PER_CALL = 20


class Groups:
    """The calls. It keeps moto's own methods, which do what needs no change."""

    def __init__(self, instances: Instances, catalogue: Catalogue) -> None:
        self._instances = instances
        self._catalogue = catalogue
        self._moto_modify = RDSBackend.modify_db_parameter_group
        self._moto_delete = RDSBackend.delete_db_parameter_group
        self._moto_delete_subnets = RDSBackend.delete_subnet_group

    def modify(
        self, backend: RDSBackend, db_parameter_group_name: str, db_parameter_group_parameters: Iterable[dict[str, Any]]
    ) -> DBParameterGroup:
        """ModifyDBParameterGroup: dynamic parameters with the method "immediate" take effect now, all else at a reboot."""
        given = [dict(parameter) for parameter in db_parameter_group_parameters]
        _refuse_default(db_parameter_group_name)
        if len(given) > PARAMETERS_PER_CALL:
            raise InvalidParameterValue(f"A maximum of {PARAMETERS_PER_CALL} parameters can be modified in a request.")
        group = backend.db_parameter_groups.get(db_parameter_group_name)
        if group is not None and group.family == FAMILY:
            self._check(given)
        changed = self._moto_modify(backend, db_parameter_group_name, given)
        names = {p["ParameterName"] for p in given if p.get("ApplyMethod") == "immediate"}
        self._instances.apply_now(backend, changed.name, names)
        return changed

    def reset(self, response: RDSResponse) -> ActionResult:
        """ResetDBParameterGroup, which moto lacks: parameters go back to the engine's defaults."""
        name = response.params["DBParameterGroupName"]
        group = response.backend.db_parameter_groups.get(name)
        if group is None:
            raise DBParameterGroupNotFoundError(name)
        _refuse_default(name)
        given = {p["ParameterName"]: p.get("ApplyMethod") for p in response.params.get("Parameters", [])}
        if response.params.get("ResetAllParameters"):
            given = {p: v.get("ApplyMethod") for p, v in group.parameters.items()}
        for parameter in given:
            group.parameters.pop(parameter, None)
        immediate = {parameter for parameter, method in given.items() if method == "immediate"}
        self._instances.apply_now(response.backend, group.name, immediate)
        return ActionResult({"DBParameterGroupName": group.name})

    def delete(self, backend: RDSBackend, db_parameter_group_name: str) -> DBParameterGroup:
        """DeleteDBParameterGroup: not while an instance uses it."""
        name = db_parameter_group_name
        if name.startswith("default."):
            raise RDSClientError("InvalidDBParameterGroupState", f"Default DBParameterGroup cannot be deleted: {name}")
        if any((db.db_parameter_group_name or "").lower() == name.lower() for db in backend.databases.values()):
            raise RDSClientError(
                "InvalidDBParameterGroupState",
                "One or more database instances are still members of this parameter group "
                f"{name}, so the group cannot be deleted",
            )
        return self._moto_delete(backend, name)

    def delete_subnets(self, backend: RDSBackend, subnet_name: str) -> DBSubnetGroup:
        """DeleteDBSubnetGroup: not while an instance lives in it."""
        for db in backend.databases.values():
            group = vars(db).get("db_subnet_group")
            if group is not None and group.resource_id.lower() == subnet_name.lower():
                raise RDSClientError(
                    "InvalidDBSubnetGroupStateFault",
                    f"Cannot delete the subnet group '{subnet_name}' because at least one database instance: "
                    f"{db.db_instance_identifier} is still using it.",
                )
        return self._moto_delete_subnets(backend, subnet_name)

    def status(self, instance: DBInstance) -> list[dict[str, str]]:
        """The group of an instance, and whether a part of it waits for a reboot."""
        state = "in-sync" if self._instances.in_sync(instance) else "pending-reboot"
        return [{"DBParameterGroupName": g.name, "ParameterApplyStatus": state} for g in instance.db_parameter_groups()]

    def _check(self, given: list[dict[str, Any]]) -> None:
        try:
            self._catalogue.check(
                {p["ParameterName"]: str(p.get("ParameterValue", "")) for p in given},
                {p["ParameterName"]: p.get("ApplyMethod", "") for p in given},
            )
        except ParameterError as error:
            raise RDSClientError(error.code, str(error)) from error
        for parameter in given:
            known = self._catalogue.parameter(parameter["ParameterName"])
            parameter["Source"] = "user"
            parameter["ApplyType"] = "static" if known.static else "dynamic"
            parameter["DataType"] = known.kind
            parameter["IsModifiable"] = True


def _refuse_default(name: str) -> None:
    if name.startswith("default."):
        raise InvalidParameterValue("Cannot modify a default parameter group.")
