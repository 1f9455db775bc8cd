"""Every limit of every declaration is seen to refuse what breaks it; the list is the source."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from townsquare.settings import PROJECT_ROOT


def _models() -> Iterator[type[BaseModel]]:
    """Every model that a module of the product declares."""
    for path in sorted(
        p for name in ("townsquare", "ml") for p in (PROJECT_ROOT / name).rglob("*")
    ):
        if path.suffix == ".py" and "BaseModel" in path.read_text(encoding="utf-8"):
            name = ".".join(path.relative_to(PROJECT_ROOT).with_suffix("").parts)
            module = import_module(name)
            for value in vars(module).values():
                is_own = isinstance(value, type) and value.__module__ == name
                if is_own and issubclass(value, BaseModel):
                    yield value


MODELS = list(_models())


def _breaking(field: FieldInfo) -> Iterator[tuple[str, Any]]:
    """Each limit of a field with a value just beyond it."""
    for limit in field.metadata:
        for name, step in (("gt", 0), ("ge", -1), ("lt", 0), ("le", 1)):
            if hasattr(limit, name):
                yield name, getattr(limit, name) + step
        if hasattr(limit, "min_length"):
            is_mapping = get_origin(field.annotation) is dict
            yield "min_length", {} if is_mapping else ()
        if getattr(limit, "pattern", None):
            yield "pattern", "no such thing!"
    if get_origin(field.annotation) is Literal:
        assert "no such thing" not in get_args(field.annotation)
        yield "words", "no such thing"


LIMITS = [
    pytest.param(model, field, value, id=f"{model.__name__}-{field}-{limit}")
    for model in MODELS
    for field, info in model.model_fields.items()
    for limit, value in _breaking(info)
]


def test_declarations_and_their_limits_are_found() -> None:
    assert {"Network", "Score", "Suite", "Table", "Learner"} <= {m.__name__ for m in MODELS}
    assert len(LIMITS) > 30


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.__module__}.{model.__name__}")
def test_a_key_that_is_not_known_is_refused(model: type[BaseModel]) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate({"no_such_key": 1})
    found = [(one["loc"], one["type"]) for one in refused.value.errors()]
    assert (("no_such_key",), "extra_forbidden") in found
    assert model.model_config.get("frozen")


@pytest.mark.parametrize(("model", "field", "value"), LIMITS)
def test_a_value_beyond_its_limit_is_refused(
    model: type[BaseModel], field: str, value: Any
) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate({field: value})
    told = [one["type"] for one in refused.value.errors() if one["loc"][0] == field]
    assert told
    assert "missing" not in told
