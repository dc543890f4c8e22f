"""Changes of the schema, as the source announced them, made again on a target.

`apply` has the shape that the replay calls. `inexact` says beforehand what will not come out as it was.
"""

from runtime.recovery.ddl.exactness import Inexact, inexact
from runtime.recovery.ddl.replaying import apply

__all__ = ["Inexact", "apply", "inexact"]
