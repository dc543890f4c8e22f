"""Buckets and uploads."""

from infra.settings.rooms.base import Room, Rule


class StorageSettings(Room):
    """The buckets and the uploads' file system."""


RULES: tuple[Rule, ...] = ()
