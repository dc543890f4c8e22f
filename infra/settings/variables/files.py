"""Files that people upload."""

from infra.settings.variables.kinds import several, text, whole
from infra.settings.variables.variable import Setting, Variable

_MIB = 1024 * 1024

VARIABLES = (
    Variable(
        name="MAX_FILE_SIZE",
        # A worker holds a file in memory while it checks it; 100 MiB in each of four workers fit the default container.
        kind=whole(1024, 100 * _MIB, "bytes"),
        description="The largest file that may be uploaded.",
        source=Setting(default=5 * _MIB),
    ),
    Variable(
        name="UPLOAD_PATH",
        kind=text("an absolute path, such as /var/uploads", r"^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$"),
        description="Where uploads are kept: the file system that all tasks share is mounted there.",
        source=Setting(default="/var/uploads"),
    ),
    Variable(
        name="ALLOWED_FILE_TYPES",
        kind=several("media types separated by commas, such as application/pdf", r"[a-z]+/[a-zA-Z0-9.+_-]+"),
        description="What may be uploaded.",
        source=Setting(
            default=(
                "application/pdf",
                "application/msword",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            )
        ),
    ),
)
