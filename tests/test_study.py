"""The description of a case: what is wrong in it is said in one line with file and key."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from loyalty.cases import roads, study, tables
from loyalty.cases.analyses import SURVEY
from loyalty.cases.sources import UNKNOWN
from loyalty.ground import reading
from loyalty.ground.reasons import CannotCompute
from loyalty.stats.waves import waves

FILE = "data/small/study.yml: "
DATA = Path(__file__).resolve().parents[1] / "data"
CASES = sorted(file.parent.name for file in DATA.glob("*/study.yml"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: [1, 2\nsummary: x\n", "line 2, column 8: not YAML"),
        ("title: a\ntitle: b\n", "line 2, column 1: not YAML (the key 'title' is given twice)"),
        ("title: &t a\nsummary: *t\n", "line 2, column 10: not YAML (aliases"),
        ("title: !!python/object:os.system {}\n", "line 1, column 8: not YAML"),
        ("version: 1\ntitle: 2024-99-99\n", "line 2, column 8: not YAML ('2024-99-99' is no such"),
        ("title: !!timestamp soon\n", "line 1, column 8: not YAML ('soon' is no such"),
        ("version: 1\ntitle: \x01\n", "line 2: not YAML (a control character, U+0001"),
        ("", "study.yml: "),
        ("- 1\n", "study.yml: "),
        (b"version: 1\ntitle: \xff\xfe\n", "line 2: not UTF-8 text (byte 18)"),
        ("[" * 5000, "not YAML (RecursionError"),
        ("[" * 4900, "not YAML (RecursionError"),  # read by libyaml
        ("# " + "x" * reading.MAX_BYTES, "larger than 1,000,000 bytes"),
    ],
    ids=(
        "broken duplicate alias tag date day control empty list encoding deep deeper large".split()  # noqa: SIM905
    ),
)
def test_a_file_that_is_not_a_description(
    project: Any, refusal: Callable[..., str], text: str | bytes, said: str
) -> None:
    project.describe(text)
    message = refusal(study.load, "small")
    assert message.startswith(FILE)
    assert said in message


def test_a_folder_or_a_dead_link_in_the_place_of_a_description(
    project: Any, refusal: Callable[..., str]
) -> None:
    file = project.folder / "study.yml"
    file.unlink()
    file.mkdir()
    assert refusal(study.load, "small") == f"{FILE}a folder; a file was expected"
    file.rmdir()
    file.symlink_to("nowhere.yml")
    assert refusal(study.load, "small") == f"{FILE}a link to nothing"


def change(target: dict[str, Any], path: str, value: Any) -> None:
    """Set ``a.0.b`` in nested mappings and lists; a last ``+`` appends."""
    *parents, last = path.split(".")
    node: Any = target
    for key in parents:
        node = node[int(key) if isinstance(node, list) else key]
    if last == "+":
        node.append(value)
    elif isinstance(node, list):
        node[int(last)] = value
    else:
        node[last] = value


H = {"id": "H2", "from": "loyalty", "to": "quality", "sign": "+"}


@pytest.mark.parametrize(
    ("path", "value", "key", "said"),
    [
        ("colour", "red", "colour", "there is no such key here; there are version"),
        ("constructs.0.items.0.wordng", "x", "constructs.quality.items.q1.wordng", "no such key"),
        ("scale", {"min": 5, "max": 5}, "scale", "min must be below max, not 5 and 5"),
        ("scale.min", "one", "scale.min", "(found 'one')"),
        (
            "constructs.1.items.0",
            {"id": "q1", "en": "again"},
            "constructs",
            "the item q1 is claimed twice, by quality and by loyalty",
        ),
        ("constructs.1.id", "quality", "(none)", "the id quality is used 2 times"),
        ("constructs.0.items", [], "constructs.quality.items", "at least one entry"),
        ("constructs.0.role", "boss", "constructs.quality.role", "one of antecedent, mediator"),
        ("constructs.0.id", "my quality", "constructs.#1.id", "(found 'my quality')"),
        ("hypotheses.0.to", "trust", "hypotheses.H1.to", "'trust' is not a construct"),
        ("hypotheses.0.moderator", "age", "hypotheses.H1.moderator", "'age' is not a construct"),
        ("hypotheses.0.to", "quality", "hypotheses.H1", "cannot lead to itself"),
        ("hypotheses.0.sign", "positive", "hypotheses.H1.sign", "one of +, - is expected"),
        ("hypotheses.+", H, "hypotheses", "in a circle (loyalty → quality → loyalty)"),
        ("hypotheses.+", {**H, "id": "H1"}, "hypotheses", "the id H1 is used 2 times"),
        (
            "effects",
            [{"id": "I1", "label": "x", "through": ["quality", "loyalty", "quality"]}],
            "effects.I1.through",
            "no hypothesis says loyalty → quality",
        ),
        ("covariances", [["quality", "trust"]], "covariances", "'trust' is not a construct"),
        ("focus", "H9", "focus", "'H9' is not an estimated path"),
        ("groups.0.within", "firm", "groups.plan.within", "'firm' is not a group"),
        ("groups.0.levels", {"1": "One"}, "groups.plan.levels", "at least two levels"),
        ("groups.0.quotas", {"1": 1.0}, "groups.plan.quotas", "levels are expected as keys"),
        ("notebooks", {"adit": {}}, "notebooks.adit", "expected one of audit"),
        ("rows.file.sha256", "abc", "rows.file.sha256", "(found 'abc')"),
        (
            "rows.file",
            None,
            "rows",
            "exactly one of file, distribution, download, r_package, simulator",
        ),
        (
            "rows.simulator",
            {"process": "p.yml", "respondents": 100, "seed": 1},
            "rows",
            "given: file, simulator",
        ),
        (
            "rows",
            {"simulator": {"process": "p.yml", "respondents": 3, "seed": 1}},
            "rows.simulator.respondents",
            "a number of at least 50",
        ),
        ("title", {"fr": "Un cas"}, "title.en", "it is expected, and not there"),
        ("title", "", "title.en", "not an empty one"),
    ],
)
def test_a_key_that_does_not_hold(
    project: Any, refusal: Callable[..., str], path: str, value: Any, key: str, said: str
) -> None:
    change(project.study, path, value)
    project.describe()
    message = refusal(study.load, "small")
    assert message.startswith(FILE)
    assert f"{key}: " in message or key == "(none)"
    assert said in message


def test_many_mistakes_still_make_one_line(project: Any, refusal: Callable[..., str]) -> None:
    for number in range(9):
        project.study[f"extra{number}"] = 1
    project.describe()
    assert refusal(study.load, "small").endswith("and 4 more")


@pytest.mark.parametrize(
    "case", ["../small", "..", "small/../small", "/etc", "all", "Small", "", "a b", "-small", "小"]
)
def test_a_name_that_no_case_can_have(project: Any, refusal: Callable[..., str], case: str) -> None:
    assert f"case {case!r}: a name of a-z, 0-9 and - is expected" in refusal(study.load, case)


def test_an_unknown_case_is_told_the_known_ones(project: Any, refusal: Callable[..., str]) -> None:
    assert refusal(study.load, "smal") == "case 'smal': unknown; did you mean 'small'?"


def test_an_empty_folder_has_no_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOYALTY_ROOT", str(tmp_path))
    assert study.cases() == []


# --- the cases there are ---------------------------------------------------------------------
def test_the_cases_of_the_study(repository: Path) -> None:
    assert study.cases() == CASES
    mobile, simulated = study.load("ecsi-mobile"), study.load("aftersales-simulated")
    assert (mobile.simulated, simulated.simulated) == (False, True)
    assert len(mobile.items) == 24 and len(mobile.main) == 7
    assert [h.id for h in mobile.hypotheses if h.set_aside] == ["H6"]
    assert len(mobile.paths) == 11
    assert len(simulated.main) == 10 and len(simulated.constructs) == 14
    assert [h.id for h in simulated.paths] == [f"H{i}" for i in range(1, 12)]
    assert mobile.focal is not None and mobile.focal.id == "H11"
    assert simulated.focal is not None and simulated.focal.id == "H9"


def test_reputation_has_formative_drivers_that_only_pls_takes(repository: Path) -> None:
    described = study.load("reputation-mobile")
    formative = [c.id for c in described.constructs if c.mode == "formative"]
    assert formative == ["quality", "performance", "responsibility", "attractiveness"]
    assert [c.id for c in described.main] == [
        "competence",
        "likeability",
        "satisfaction",
        "loyalty",
        "switching",
    ]
    assert len(described.items) == 35
    (printed,) = described.published
    assert printed.pls is not None and len(printed.pls.paths) == 13
    assert not any(f in described.structural_model() for f in formative)


def test_analyses_follow_the_data(repository: Path) -> None:
    assert study.load("cdnow").analyses == ["behaviour", "published"]
    assert study.load("ta-feng").analyses == ["behaviour"]
    assert study.load("ecsi-mobile").analyses == [*SURVEY, "published"]


def test_nothing_rests_on_surveys_that_nobody_here_has_seen(repository: Path) -> None:
    unseen = [
        case
        for case in study.cases()
        if any(getattr(rows, "sha256", "") == UNKNOWN for rows in study.load(case).sources)
    ]
    assert len(unseen) >= 5
    assert not set(unseen) & set(roads.available())


def test_players_asked_three_times(repository: Path) -> None:
    described = study.load("games-telemetry")
    resource = next(r for r in described.resources if r.kind == "waves")
    found = tables.load(described, resource)
    assert (found.read, len(found.rows)) == (116_770, 61_301)
    assert found.rows["customer"].nunique() == 37_154
    assert found.rows["score"].between(1, 7).all()
    with pytest.raises(CannotCompute, match="no whole number from 0 to 10"):
        waves(found.rows, smallest=10)  # enjoyment is no question on recommending


def printed(**values: Any) -> dict[str, Any]:
    entry = {"id": "p", "label": "P", "source": "hair2021", "place": "Table 1", "decimals": 3}
    return {**entry, **values}


def statistic(**values: Any) -> dict[str, Any]:
    return {"statistic": "htmt", "of": ["quality", "loyalty"], "value": "0.81", **values}


def lag() -> dict[str, Any]:
    return {"said": "s", "from": "said", "to": "done", "value": 0.1}


def product() -> dict[str, Any]:
    return {"from": "quality", "moderator": "value", "to": "loyalty", "value": 0.1}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"published": [printed()]},
            "exactly one of pls, model, statistics, bg_nbd, panel is expected; given: none",
        ),
        (
            {"published": [printed(statistics={"figures": [statistic(at=2)]})]},
            "htmt: at: expected for eigenvalue and chi2 alone",
        ),
        (
            {"published": [printed(statistics={"figures": [statistic(of=["quality"])]})]},
            "htmt: of: 2 to 2 constructs are expected",
        ),
        (
            {"published": [printed(statistics={"items": ["x1"], "figures": [statistic()]})]},
            "published.p: 'x1' is not an item",
        ),
        (
            {"published": [printed(pls={"paths": [product()]})]},
            "a product is expected beside the paths of both constructs",
        ),
        (
            {"published": [printed(pls={"paths": [{"from": "quality", "to": "x", "value": 1}]})]},
            "published.p: 'x' is not a construct",
        ),
        (
            {
                "published": [
                    printed(
                        bg_nbd={
                            "resource": "tenth",
                            "until": "2020-01-01",
                            **dict.fromkeys(("r", "alpha", "a", "b", "log_likelihood"), 1),
                        }
                    )
                ]
            },
            "published.p: 'tenth' is no table of transactions",
        ),
        (
            {"published": [printed(panel={"resource": "asked", "done": "d", "figures": [lag()]})]},
            "published.p: 'asked' is no table of waves",
        ),
        (
            {
                "resources": [
                    {
                        "id": "asked",
                        "kind": "waves",
                        "label": "Asked",
                        "rows": {"file": {"path": "a.csv", "sha256": "0" * 64}},
                        "measures": [{"id": "s", "kind": "stated", "label": "S"}],
                    }
                ],
                "published": [
                    printed(panel={"resource": "asked", "done": "d", "figures": [lag()]})
                ],
            },
            "published.p: 'd' is no measure of asked",
        ),
    ],
)
def test_published_figures_must_point_at_the_case(
    project: Any, refusal: Any, change: dict[str, Any], said: str
) -> None:
    project.study |= change
    project.describe()
    assert said in refusal(study.load, "small")


def test_a_formative_construct_leads_to_others_by_pls_alone(project: Any, refusal: Any) -> None:
    first, second = project.study["constructs"][:2]
    first["mode"] = "formative"
    project.describe()
    described = study.load("small")
    assert [h.id for h in described.composed] == ["H1"] and not described.paths
    with pytest.raises(CannotCompute) as caught:
        described.structural_model()
    assert caught.value.reason.code == "only_formative_paths"
    bend = {"id": "H9", "from": first["id"], "to": second["id"], "sign": "+", "quadratic": True}
    project.study["hypotheses"].append(bend)
    project.describe()
    assert "no moderation and no bend" in refusal(study.load, "small")


def test_the_schema_file_is_current(repository: Path) -> None:
    kept = json.loads((repository / "data" / "study.schema.json").read_text(encoding="utf-8"))
    assert kept == study.json_schema(), "run `make schema`"


@pytest.mark.parametrize("case", CASES)
def test_the_schema_takes_the_cases(repository: Path, case: str) -> None:
    content = study.read_yaml(repository / "data" / case / "study.yml")
    jsonschema.Draft202012Validator.check_schema(study.json_schema())
    jsonschema.validate(content, study.json_schema(), jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("path", "value"),
    [("colour", "red"), ("title", {}), ("scale.min", "one"), ("rows.file.sha256", "abc")],
)
def test_the_schema_refuses_what_the_model_refuses(project: Any, path: str, value: Any) -> None:
    jsonschema.validate(project.study, study.json_schema(), jsonschema.Draft202012Validator)
    change(project.study, path, value)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(project.study, study.json_schema(), jsonschema.Draft202012Validator)


# --- reading it ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "en", "zh", "both"),
    [
        ("Bank", "Bank", "Bank", "Bank"),
        ({"en": "Bank"}, "Bank", "Bank", "Bank"),
        ({"zh": "银行"}, "银行", "银行", "银行"),
        ({"en": "Bank", "zh": "银行"}, "Bank", "银行", "Bank 银行"),
    ],
)
def test_one_language_stands_for_both(given: Any, en: str, zh: str, both: str) -> None:
    text = study.Text.model_validate(given)
    assert (text.in_("en"), text.in_("zh"), text.both) == (en, zh, both)


def test_codes_written_as_numbers_are_text(project: Any) -> None:
    project.study["groups"][0]["levels"] = {1: "Prepaid", 2: "Contract"}
    project.describe()
    assert list(study.load("small").groups[0].levels) == ["1", "2"]


def test_models_in_lavaan_syntax(project: Any) -> None:
    project.study["constructs"][1]["items"] = project.study["constructs"][1]["items"][:1]
    project.study["constructs"].append(
        {"id": "spare", "label": "x", "role": "alternative", "items": [{"id": "s1", "en": "s"}]}
    )
    project.describe()
    small = study.load("small")
    measurement = ["quality =~ q1 + q2 + q3", "loyalty =~ 1*l1", "l1 ~~ 0*l1"]
    assert small.measurement_model().splitlines() == measurement
    assert small.structural_model().splitlines() == [*measurement, "loyalty ~ p_H1*quality"]
    assert small.structural_model(labels=False).endswith("\nloyalty ~ quality")
    assert small.structural_model(drop=["q2"]).startswith("quality =~ q1 + q3\n")


def test_a_model_without_a_hypothesis(project: Any) -> None:
    project.study["hypotheses"] = []
    project.describe()
    with pytest.raises(CannotCompute, match="no path between constructs"):
        study.load("small").structural_model()


def test_paths_set_aside_effects_and_covariances(repository: Path) -> None:
    mobile = study.load("ecsi-mobile")
    plain, whole = mobile.structural_model(), mobile.structural_model(all_paths=True)
    assert "satisfaction ~ p_H6*expectation" not in plain
    assert set(whole.splitlines()) - set(plain.splitlines()) == {"satisfaction ~ p_H6*expectation"}
    assert "I1 := p_H8*p_H11" in plain.splitlines()
    assert ":=" not in mobile.structural_model(effects=False)
    assert ":=" not in mobile.structural_model(labels=False)
    simulated = study.load("aftersales-simulated").structural_model()
    assert "functional_experience ~~ emotional_experience" in simulated.splitlines()
    assert "perceived_value" not in simulated  # moderates only, so it is no part of this model


def test_an_effect_over_a_path_set_aside_is_left_out(project: Any) -> None:
    project.study["constructs"].append(
        {"id": "trust", "label": "Trust", "role": "outcome", "items": [{"id": "t1", "en": "t"}]}
    )
    aside = {"id": "H2", "from": "loyalty", "to": "trust", "sign": "+", "set_aside": "why not"}
    project.study["hypotheses"].append(aside)
    project.study["effects"] = [
        {"id": "I1", "label": "x", "through": ["quality", "loyalty", "trust"]}
    ]
    project.describe()
    small = study.load("small")
    assert "I1" not in small.structural_model()
    assert "I1 := p_H1*p_H2" in small.structural_model(all_paths=True)
