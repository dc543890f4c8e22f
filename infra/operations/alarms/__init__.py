"""What is watched, as data: each alarm with its severity, its threshold and its runbook. The dashboard is made from the same lists."""
