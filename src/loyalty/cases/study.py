"""A case's description, ``data/<case>/study.yml``: what was asked, of whom, and what is expected.

:class:`Study` is the typed model, :func:`load` reads and checks one file, :func:`cases` lists the
folders. Codebook and Frictionless data package are derived from it, never typed twice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    Field,
    model_validator,
)

from loyalty.cases import coherent, form, naming
from loyalty.cases.about import AboutCase
from loyalty.cases.analyses import BESIDE, CONDUCT, MATRIX, PUBLISHED, SURVEY
from loyalty.cases.asked import Construct, Effect, Group, Hypothesis, Item, Scale, Variable
from loyalty.cases.estimation import Estimator, PLSOptions
from loyalty.cases.printed import Published
from loyalty.cases.rules import Exclude, Impossible
from loyalty.cases.sources import (
    DownloadRows,
    FileRows,
    Join,
    Matrix,
    PackageRows,
    Provenance,
    Resource,
    Rows,
)
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.expected import meant
from loyalty.ground.reading import (
    Identifier,
    Model,
    Problems,
    Scalar,
    read_yaml,
    shown_path,
    validated,
)
from loyalty.ground.reasons import CannotCompute
from loyalty.ground.text import Language, Text

#: The name that stands for all cases together (the synthesis).
ALL = "all"
CASE_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


class Study(Model):
    """One case; see the README for the format in words. `personal` columns are never read,
    but by ``loyalty forget``, to find whom to delete.

    A survey has `rows`, or a `matrix` where nothing else of it is known.

    `version` is that of the format (:mod:`loyalty.cases.form`); `about` says who made the report.
    `impossible` are rules of what cannot be at once; `cluster` names the group or the variable of
    kind ``id`` that says in what respondents were sampled (schools, shops). `weights` names the
    column that says how many people a respondent stands for (a design or post-stratification
    weight, in any unit): numbers of 0 or more. A row of weight 0, or without one, is left out of
    what is weighted. `estimator` is that of the measurement and the structural model, `pls` how
    this study's own PLS models are estimated.
    """

    version: Literal[1] = 1
    title: Text
    summary: Text
    about: AboutCase = AboutCase()
    provenance: Provenance
    rows_: Rows | None = Field(default=None, alias="rows")
    matrix: Matrix | None = None
    scale_: Scale | None = Field(default=None, alias="scale")
    constructs: list[Construct] = []
    variables: list[Variable] = []
    groups: list[Group] = []
    personal: list[str] = []
    exclude: list[Exclude] = []
    impossible: list[Impossible] = []
    hypotheses: list[Hypothesis] = []
    covariances: list[tuple[str, str]] = []
    effects: list[Effect] = []
    cluster: Identifier | None = None
    weights: str | None = Field(default=None, min_length=1)
    estimator: Estimator = "MLR"
    pls: PLSOptions = PLSOptions()
    focus: str | None = None
    marker: str | None = None
    resources: list[Resource] = []
    join: Join | None = None
    published: list[Published] = []
    notebooks: dict[str, dict[str, Scalar]] = {}
    _case: str = ""
    _folder: Path = Path()

    @property
    def case(self) -> str:
        """The folder's name."""
        return self._case

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def simulated(self) -> bool:
        return self.provenance.kind == "simulated"

    @property
    def rows(self) -> Rows:
        """Where the survey's answers are from (of a case that has a survey)."""
        assert self.rows_ is not None
        return self.rows_

    @property
    def scale(self) -> Scale:
        """The survey's answering scale (of a case that has a survey)."""
        assert self.scale_ is not None
        return self.scale_

    @property
    def sources(self) -> list[FileRows | DownloadRows | PackageRows]:
        """Where rows are from that are neither in the package index nor simulated."""
        given = [rows for rows in (self.rows_, *(r.rows for r in self.resources)) if rows]
        return [one for rows in given if (one := rows.file or rows.download or rows.r_package)]

    @property
    def analyses(self) -> list[str]:
        """The notebooks that this case has the data for, in their order."""
        kinds = {resource.kind for resource in self.resources}
        beside = [name for name, of in BESIDE.items() if kinds & set(of)]
        conduct = [CONDUCT] if self.has_conduct else []
        compared = [PUBLISHED] if self.published else []
        asked = SURVEY if self.surveyed else [MATRIX] if self.matrix else []
        return list(dict.fromkeys((*asked, *beside, *conduct, *compared)))

    @property
    def surveyed(self) -> bool:
        """Whether the case has answers of people (not only their matrix)."""
        return bool(self.constructs) and self.matrix is None

    @property
    def has_conduct(self) -> bool:
        """Whether the case has what people say and what they do."""
        panels = any(m.kind == "logged" for r in self.resources for m in r.measures)
        return self.join is not None or panels or bool(self.uses)

    @property
    def uses(self) -> list[tuple[Item, Item | Variable]]:
        """What is rated, and what says whether one uses it: an item answered by no (0) and yes (1)
        alone of an outcome that a construct of one item leads to, or a variable ``used_<item>``
        answered by yes (1) and no (2)."""
        if self.matrix is not None:
            return []
        items = {i.id: i for i in self.items}
        found: list[tuple[Item, Item | Variable]] = []
        for v in self.variables:
            rated = items.get(v.id.removeprefix("used_")) if v.id.startswith("used_") else None
            if rated is not None and v.scale is not None and (v.scale.min, v.scale.max) == (1, 2):
                found.append((rated, v))
        alone = {c.id: c.items[0] for c in self.constructs if len(c.items) == 1}
        for h in self.paths:
            if h.from_ in alone and h.to in alone:
                scale = self.item_scale(alone[h.to])
                if (scale.min, scale.max) == (0, 1):
                    found.append((alone[h.from_], alone[h.to]))
        return found

    # --- reading the model -------------------------------------------------------------------
    @property
    def items(self) -> list[Item]:
        return [item for construct in self.constructs for item in construct.items]

    @property
    def main(self) -> list[Construct]:
        """The constructs of the study's models.

        Not those that are alternative operationalisations, and not the formative ones: there the
        items make the construct, so that neither reliability nor a common factor describes them.
        """
        return [c for c in self.constructs if c.role != "alternative" and c.mode == "reflective"]

    def named(self, construct_id: str) -> Construct:
        return next(c for c in self.constructs if c.id == construct_id)

    def item_scale(self, item: Item) -> Scale:
        return item.scale or self.scale

    def label(self, construct_id: str, language: Language) -> str:
        return self.named(construct_id).label.in_(language)

    @property
    def paths(self) -> list[Hypothesis]:
        """The linear structural paths of the covariance-based models (without those set aside)."""
        return [h for h in self._of_factors() if h.set_aside is None]

    @property
    def composed(self) -> list[Hypothesis]:
        """The linear paths from or to a formative construct, which PLS estimates."""
        linear = [h for h in self.hypotheses if h.is_path and h.set_aside is None]
        return [h for h in linear if self.formative & {h.from_, h.to}]

    @property
    def formative(self) -> set[str]:
        """The constructs that their items make up."""
        return {c.id for c in self.constructs if c.mode == "formative"}

    def _of_factors(self) -> list[Hypothesis]:
        """The linear paths between reflective constructs, set aside or not."""
        formative = self.formative
        linear = (h for h in self.hypotheses if h.is_path)
        return [h for h in linear if not formative & {h.from_, h.to}]

    @property
    def focal(self) -> Hypothesis | None:
        """The path whose robustness is shown: `focus`, else the first that leads to an outcome."""
        outcomes = {c.id for c in self.constructs if c.role == "outcome"}
        named = [h for h in self.paths if h.id == self.focus]
        return next(iter([*named, *(h for h in self.paths if h.to in outcomes)]), None)

    @property
    def ids(self) -> list[Variable]:
        """The variables that tell respondents apart (not what they were sampled in)."""
        return [v for v in self.variables if v.kind == "id" and v.id != self.cluster]

    @property
    def units(self) -> Group | Variable | None:
        """What respondents were sampled in, if anything, so that they are no independent
        witnesses: `cluster`, else the first group that lies within another one."""
        if self.cluster is not None:
            declared: list[Group | Variable] = [*self.groups, *self.variables]
            return next(u for u in declared if u.id == self.cluster)
        nested = (g for g in self.groups if g.comparable and g.within is not None)
        return next(nested, None)

    def unwanted(self, outcome: str) -> bool:
        """Whether less of an outcome is better: satisfaction is expected to go with less of it."""
        return any(
            h.is_path and h.to == outcome and h.sign == "-"
            for h in self.hypotheses
            if self.named(h.from_).concept == "satisfaction"
        )

    def directed(self, *constructs: str) -> bool:
        """Whether it is stated of each which way it is scored; else nothing is advised."""
        return all(self.named(name).direction == "stated" for name in constructs)

    @property
    def structural(self) -> list[Construct]:
        """The constructs that take part in a structural path, set aside or not."""
        named = {end for h in self._of_factors() for end in (h.from_, h.to)}
        return [c for c in self.main if c.id in named]

    # --- models in lavaan's syntax -----------------------------------------------------------
    def measurement_model(self, constructs: Sequence[Construct] | None = None) -> str:
        """``construct =~ items`` for the main constructs (or those given).

        The item of a one-item construct is taken as free of error, since nothing in the data
        could tell its error from the construct.
        """
        lines = []
        for c in self.main if constructs is None else constructs:
            first, *others = [item.id for item in c.items]
            if others:
                lines.append(f"{c.id} =~ {' + '.join([first, *others])}")
            else:
                lines += [f"{c.id} =~ 1*{first}", f"{first} ~~ 0*{first}"]
        return "\n".join(lines)

    def structural_model(
        self,
        *,
        all_paths: bool = False,
        effects: bool = True,
        labels: bool = True,
        drop: Collection[str] = (),
    ) -> str:
        """Measurement and structural model of the constructs on the hypothesized paths.

        Parameters
        ----------
        all_paths : bool
            With the paths that the description sets aside.
        effects : bool
            With the named indirect effects as ``id := product`` of labelled paths.
        labels : bool
            Label every path ``p_<hypothesis>`` (in several groups a label would make it equal).
        drop : collection of str
            Items to leave out.

        Raises
        ------
        CannotCompute
            When no path is hypothesized, or a construct would be left without an item.
        """
        paths = [h for h in self._of_factors() if all_paths or h.set_aside is None]
        if not paths:
            if self.composed:
                raise CannotCompute("only_formative_paths")
            raise CannotCompute("no_hypothesis")
        named = {end for h in paths for end in (h.from_, h.to)}
        constructs = [
            c.model_copy(update={"items": [i for i in c.items if i.id not in drop]})
            for c in self.main
            if c.id in named
        ]
        for c in constructs:
            if not c.items:
                raise CannotCompute("no_item_left", name=c.id)
        lines = [self.measurement_model(constructs)]
        lines += [f"{h.to} ~ {f'p_{h.id}*' if labels else ''}{h.from_}" for h in paths]
        lines += [f"{a} ~~ {b}" for a, b in self.covariances if {a, b} <= named]
        if effects and labels:
            label = {(h.from_, h.to): f"p_{h.id}" for h in paths}
            for effect in self.effects:
                legs = list(pairwise(effect.through))
                if all(leg in label for leg in legs):
                    lines.append(f"{effect.id} := {'*'.join(label[leg] for leg in legs)}")
        return "\n".join(lines)

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        problems = list(coherent.problems(self))
        if problems:
            raise Problems(problems)
        return self


def cases() -> list[str]:
    """The ids of all cases: the folders below ``data/`` that hold a ``study.yml``, sorted."""
    return sorted(p.parent.name for p in paths.data().glob("*/study.yml"))


def load(case: str) -> Study:
    """The description of a case, by the name of its folder.

    Raises
    ------
    UserError
        When there is no such case, or its description does not hold.
    """
    file = file_of(case)
    kept = file.stat()
    return _load_once(file, kept.st_mtime_ns, kept.st_size)


def file_of(case: str) -> Path:
    """The file of a case's description.

    Raises
    ------
    UserError
        When there is no such case.
    """
    file = paths.data() / case / "study.yml"
    if not CASE_ID.fullmatch(case) or case == ALL:
        raise UserError(naming.refused(case, file.is_file()))
    if file.is_dir():
        raise UserError("{name}: a folder; a file was expected", name=shown_path(file))
    if file.is_symlink() and not file.exists():
        raise UserError("{name}: a link to nothing", name=shown_path(file))
    if not file.is_file():
        if hint := meant(case, cases()):
            raise UserError("case {case!r}: unknown; {hint}", case=case, hint=hint)
        raise UserError("case {case!r}: unknown; known cases: {cases}", case=case, cases=[*cases()])
    return file


@lru_cache(maxsize=256)
def _load_once(path: Path, changed: int, size: int) -> Study:
    """A description is read once for as long as its file stays as it is."""
    return load_file(path)


def load_file(path: Path) -> Study:
    """The description in `path`; the case is named after the file's folder."""
    content = form.known(read_yaml(path), shown_path(path))
    study = validated(Study, content, shown_path(path))
    study._case = path.parent.name
    study._folder = path.parent
    return study


def json_schema() -> dict[str, Any]:
    """The JSON Schema of ``study.yml``, for editors."""
    schema = Study.model_json_schema(by_alias=True)
    # What _one_for_both accepts beside the pair.
    text = schema["$defs"]["Text"]
    schema["$defs"]["Text"] = {
        "description": text.pop("description", ""),
        "anyOf": [
            {"type": "string", "minLength": 1},
            {**text, "required": [], "minProperties": 1},
        ],
    }
    item = schema["$defs"]["Item"]
    item["required"].remove("en")
    item["anyOf"] = [{"required": ["en"]}, {"required": ["zh"]}]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
