"""The bundled model files, and how a model's name becomes files."""

from grader.models.files import Manifest, ModelFiles, resolve

__all__ = ["Manifest", "ModelFiles", "resolve"]
