"""JMESPath over API answers, with what APIs hide in text made reachable: `from_json` and `from_base64`."""

import base64
import json
from typing import Any

import jmespath
from jmespath import functions


class _Functions(functions.Functions):
    @functions.signature({"types": ["string"]})
    def _func_from_json(self, text: str) -> Any:
        return json.loads(text)

    @functions.signature({"types": ["string"]})
    def _func_from_base64(self, text: str) -> str:
        return base64.b64decode(text).decode()

    @functions.signature({"types": ["string"]}, {"types": ["string"]})
    def _func_split(self, text: str, separator: str) -> list[str]:
        return text.split(separator)


_OPTIONS = jmespath.Options(custom_functions=_Functions())


def search(path: str, answer: Any) -> Any:
    """What the path finds in the answer; None where it finds nothing."""
    return jmespath.search(path, answer, _OPTIONS)
