"""The CrossGuard pack: what must hold of every stack, whoever changes it. See policy/README.md."""
