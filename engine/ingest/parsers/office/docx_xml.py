"""Small steps through Word's XML by local names, so that both of its namespaces are read."""

from typing import Any


def name_of(element: Any) -> str:
    """Tag without its namespace; empty for comments."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: Any, name: str) -> Any:
    """First child of that name, or ``None``."""
    if element is not None:
        for candidate in element:
            if name_of(candidate) == name:
                return candidate
    return None


def children(element: Any, name: str) -> list[Any]:
    """All children of that name; none of ``None``."""
    if element is None:
        return []
    return [candidate for candidate in element if name_of(candidate) == name]


def attribute(element: Any, name: str) -> str:
    """Value of an attribute, whatever its namespace; empty where it is missing."""
    if element is None:
        return ""
    for key, text in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(text)
    return ""


def value(element: Any, name: str, *, own: bool = False) -> str:
    """``w:val`` of a child, or with ``own`` the element's own attribute of that name."""
    if own:
        return attribute(element, name)
    found = child(element, name)
    return attribute(found, "val") if found is not None else ""
