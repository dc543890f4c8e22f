"""The uploads' file system, which every task of the application mounts."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.document import rendered
from infra.iam.uploads import file_system_policy

# The application's account in its container (infra/application/container.py): whatever a client calls itself, files are this account's.
OWNER_ID = 1000
DIRECTORY = "/uploads"
DIRECTORY_MODE = "0750"


@dataclass(frozen=True, kw_only=True)
class UploadsArgs:
    """What the file system is made from."""

    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    disposable: bool


class Uploads(Component):
    """Produces an encrypted file system with a mount target in each subnet and one access point, the only way in.

    Throughput follows the load (elastic), files move to colder classes and back by their use, and AWS Backup keeps a copy of
    each of 35 days (EFS automatic backups; none in a disposable stack, whose copies would outlive it). `ready` holds what has
    to be there before a task can mount it.
    """

    room = "data"

    def __init__(self, name: str, args: UploadsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self._file_system = self._make()
        self._back_up()
        access_point = self._access_point()
        self.file_system_id: pulumi.Output[str] = self._file_system.id
        self.file_system_arn = self._file_system.arn
        self.access_point_id: pulumi.Output[str] = access_point.id
        self.access_point_arn = access_point.arn
        self.ready: list[pulumi.Resource] = [*self._mount_targets(), self._policy()]
        self.finish({"fileSystemId": self.file_system_id, "accessPointId": self.access_point_id})

    def _make(self) -> aws.efs.FileSystem:
        policy = aws.efs.FileSystemLifecyclePolicyArgs
        return aws.efs.FileSystem(
            self.component_name,
            encrypted=True,
            kms_key_id=self._args.key_arn,
            performance_mode="generalPurpose",
            throughput_mode="elastic",
            lifecycle_policies=[
                policy(transition_to_ia="AFTER_30_DAYS"),
                policy(transition_to_archive="AFTER_90_DAYS"),
                policy(transition_to_primary_storage_class="AFTER_1_ACCESS"),
            ],
            tags=self.tags(self.component_name),
            opts=self.options(protect=not self._args.disposable),
        )

    def _back_up(self) -> None:
        aws.efs.BackupPolicy(
            self.component_name,
            file_system_id=self._file_system.id,
            backup_policy=aws.efs.BackupPolicyBackupPolicyArgs(
                status="DISABLED" if self._args.disposable else "ENABLED"
            ),
            opts=self.options(),
        )

    def _access_point(self) -> aws.efs.AccessPoint:
        return aws.efs.AccessPoint(
            self.component_name,
            file_system_id=self._file_system.id,
            posix_user=aws.efs.AccessPointPosixUserArgs(uid=OWNER_ID, gid=OWNER_ID),
            root_directory=aws.efs.AccessPointRootDirectoryArgs(
                path=DIRECTORY,
                creation_info=aws.efs.AccessPointRootDirectoryCreationInfoArgs(
                    owner_uid=OWNER_ID, owner_gid=OWNER_ID, permissions=DIRECTORY_MODE
                ),
            ),
            tags=self.tags(self.component_name),
            opts=self.options(),
        )

    def _mount_targets(self) -> list[aws.efs.MountTarget]:
        return [
            aws.efs.MountTarget(
                self.named(str(index)),
                file_system_id=self._file_system.id,
                subnet_id=subnet_id,
                security_groups=[self._args.security_group_id],
                opts=self.options(),
            )
            for index, subnet_id in enumerate(self._args.subnet_ids)
        ]

    def _policy(self) -> aws.efs.FileSystemPolicy:
        return aws.efs.FileSystemPolicy(
            self.component_name,
            file_system_id=self._file_system.id,
            policy=rendered(
                file_system_policy, file_system_arn=self.file_system_arn, access_point_arn=self.access_point_arn
            ),
            opts=self.options(),
        )
