"""Whether the parts of a case's description hold together: what contradicts what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

from loyalty.cases.analyses import PER_CASE
from loyalty.cases.estimation import OF_MOMENTS
from loyalty.cases.printed import OF_ROWS, PrintedModel, PrintedPanel, Published
from loyalty.cases.sources import Join
from loyalty.ground.said import Said

if TYPE_CHECKING:
    from loyalty.cases.study import Study


def problems(study: Study) -> Iterable[Said]:
    yield from _matrix_problems(study)
    sources = (("rows", study.rows_), ("scale", study.scale_), ("matrix", study.matrix))
    for key, given in sources:
        if study.surveyed and given is None and key != "matrix":
            yield Said("{key}: expected where there are constructs", key=key)
        if given is not None and not study.constructs:
            yield Said("{key}: given, but no construct says which of its columns to use", key=key)
    if not study.provenance.redistribute:
        for key, rows in [("rows", study.rows_), *((r.id, r.rows) for r in study.resources)]:
            if rows is not None and rows.file and not rows.file.path.startswith("rows/"):
                yield Said(
                    "{key}.file.path: expected in rows/, for the rows may not be passed on",
                    key=key,
                )
    if not study.constructs and not study.resources:
        yield Said("constructs or resources: at least one of them is expected")
    ids = [c.id for c in study.constructs]
    known = set(ids)
    item_ids = [i.id for i in study.items]
    single = [v.id for v in study.variables] + [g.id for g in study.groups]
    owner: dict[str, str] = {}
    for construct in study.constructs:
        for item in construct.items:
            if item.id in owner:
                yield (
                    Said(
                        "constructs: the item {item} is claimed twice, by {owner} and by "
                        "{construct}",
                        item=item.id,
                        owner=owner[item.id],
                        construct=construct.id,
                    )
                )
            owner[item.id] = construct.id
    for name, n in Counter(ids + sorted(set(item_ids)) + single).items():
        if n > 1:
            yield Said(
                "the id {name} is used {n} times (constructs, items, variables, groups)",
                name=name,
                n=n,
            )
    yield from _rule_problems(study)
    for name, n in Counter(r.id for r in study.resources).items():
        if n > 1:
            yield Said("resources: the id {name} is used {n} times", name=name, n=n)
    for name, n in Counter(h.id for h in study.hypotheses).items():
        if n > 1:
            yield Said("hypotheses: the id {name} is used {n} times", name=name, n=n)
    edges = set()
    for h in study.hypotheses:
        for key, end in (("from", h.from_), ("to", h.to), ("moderator", h.moderator)):
            if end is not None and end not in known:
                yield Said(
                    "hypotheses.{h}.{key}: {end!r} is not a construct", h=h.id, key=key, end=end
                )
        if h.from_ == h.to:
            yield Said("hypotheses.{h}: a construct cannot lead to itself", h=h.id)
        if h.is_path:
            if (h.from_, h.to) in edges:
                yield Said(
                    "hypotheses.{h}: the path {from_} → {to} is named twice",
                    h=h.id,
                    from_=h.from_,
                    to=h.to,
                )
            edges.add((h.from_, h.to))
    if cycle := _cycle(edges):
        yield Said("hypotheses: the paths run in a circle ({cycle})", cycle=" → ".join(cycle))
    for effect in study.effects:
        for pair in pairwise(effect.through):
            if pair not in edges:
                yield (
                    Said(
                        "effects.{effect}.through: no hypothesis says {start} → {end}",
                        effect=effect.id,
                        start=pair[0],
                        end=pair[1],
                    )
                )
    for a, b in study.covariances:
        for end in (a, b):
            if end not in known:
                yield Said("covariances: {end!r} is not a construct", end=end)
    if study.focus is not None and study.focus not in [h.id for h in study.paths]:
        yield Said("focus: {focus!r} is not an estimated path of the hypotheses", focus=study.focus)
    measured = {*ids, *item_ids, *(v.id for v in study.variables if v.kind != "id")}
    if study.marker is not None and study.marker not in measured:
        yield Said(
            "marker: {marker!r} is not a construct, an item or a variable with numbers",
            marker=study.marker,
        )
    group_ids = [g.id for g in study.groups]
    clusters = {*group_ids, *(v.id for v in study.variables if v.kind == "id")}
    if study.cluster is not None and study.cluster not in clusters:
        yield Said(
            "cluster: {cluster!r} is neither a group nor a variable of the kind id",
            cluster=study.cluster,
        )
    for group in study.groups:
        if group.within is not None and group.within not in group_ids:
            yield Said(
                "groups.{group}.within: {within!r} is not a group",
                group=group.id,
                within=group.within,
            )
        if len(group.levels) < 2:
            yield Said("groups.{group}.levels: at least two levels are expected", group=group.id)
        if group.quotas is not None and set(group.quotas) != set(group.levels):
            yield Said("groups.{group}.quotas: the levels are expected as keys", group=group.id)
    used = {v.source_column for v in (*study.items, *study.variables, *study.groups)}
    for column in sorted(used & set(study.personal)):
        yield Said("personal: {column!r} is used as an item, a variable or a group", column=column)
    if study.weights is not None:
        yield from _weights_problems(study, study.weights, used)
    if study.join is not None:
        yield from _join_problems(study, study.join)
    yield from _estimation_problems(study)
    for name, n in Counter(p.id for p in study.published).items():
        if n > 1:
            yield Said("published: the id {name} is used {n} times", name=name, n=n)
    transactions = {r.id for r in study.resources if r.kind == "transactions"}
    for entry in study.published:
        if entry.bg_nbd is not None and entry.bg_nbd.resource not in transactions:
            yield Said(
                "published.{entry}: {resource!r} is no table of transactions",
                entry=entry.id,
                resource=entry.bg_nbd.resource,
            )
        if entry.panel is not None:
            yield from _panel_problems(study, entry.id, entry.panel)
        if entry.model is not None:
            yield from _model_problems(study, entry.id, entry.model)
        if entry.pls is not None:
            ends = {end for p in entry.pls.paths for end in (p.from_, p.to, p.moderator) if end}
            tables = (entry.pls.r2, entry.pls.alpha, entry.pls.rho_c, entry.pls.ave)
            for end in sorted(ends.union(*tables) - known):
                yield Said("published.{entry}: {end!r} is not a construct", entry=entry.id, end=end)
            for name in sorted(entry.pls.loadings.keys() - owner.keys()):
                yield Said("published.{entry}: {name!r} is not an item", entry=entry.id, name=name)
        if entry.statistics is not None:
            for name in sorted(set(entry.statistics.items) - owner.keys()):
                yield Said("published.{entry}: {name!r} is not an item", entry=entry.id, name=name)
            for figure in entry.statistics.figures:
                for name in sorted(set(figure.of) - known):
                    yield Said(
                        "published.{entry}: {name!r} is not a construct",
                        entry=entry.id,
                        name=name,
                    )
                others = group_ids if figure.statistic == "t" else figure.of[1:]
                if figure.by is not None and figure.by not in others:
                    yield Said(
                        "published.{entry}: {by!r} is not a group"
                        if figure.statistic == "t"
                        else "published.{entry}: {by!r} is not a predictor",
                        entry=entry.id,
                        by=figure.by,
                    )
    for name in study.notebooks:
        if name not in PER_CASE:
            yield Said("notebooks.{name}: expected one of {known}", name=name, known=[*PER_CASE])


def _formative_problems(study: Study) -> Iterable[Said]:
    """What a formative construct cannot take part in."""
    formative = study.formative
    for h in study.hypotheses:
        if not h.is_path and formative & {h.from_, h.to, h.moderator}:
            yield Said(
                "hypotheses.{h}: a formative construct takes part in no moderation and no bend",
                h=h.id,
            )
    for effect in study.effects:
        if formative & set(effect.through):
            yield Said(
                "effects.{effect}.through: expected without a formative construct",
                effect=effect.id,
            )


def _estimation_problems(study: Study) -> Iterable[Said]:
    yield from _formative_problems(study)
    known = {c.id for c in study.constructs}
    for where, modes in [("pls", study.pls.modes)] + [
        (f"published.{p.id}.pls", p.pls.modes) for p in study.published if p.pls
    ]:
        for name in sorted(set(modes) - known):
            yield Said("{key}: {end!r} is not a construct", key=f"{where}.modes", end=name)
    for where, options in [("pls", study.pls), *((p.id, p.pls) for p in study.published)]:
        if options is not None and options.consistent and not options.standardized:
            yield Said("{key}: consistent: expected with standardized items alone", key=where)
    if study.estimator != "MLR" and study.units is not None:
        yield Said(
            "estimator: {estimator} cannot allow for {units}, in which people were sampled; MLR "
            "is expected",
            estimator=study.estimator,
            units=study.units.id,
        )
    if study.estimator not in ("MLR", "ML") and study.matrix is not None:
        yield Said("estimator: a matrix is analysed by ML; ML or no line is expected")


def _matrix_problems(study: Study) -> Iterable[Said]:
    """What a matrix cannot go with, and what it must have."""
    if study.matrix is None:
        return
    of_rows = ("rows", "variables", "groups", "exclude", "impossible", "cluster", "weights")
    for key in (*of_rows, "marker", "join"):
        if getattr(study, "rows_" if key == "rows" else key):
            yield Said("{key}: a case with a matrix has no rows for it", key=key)
    for entry in study.published:
        yield from _printed_of_matrix(study, entry)
    if study.pls.missing != "listwise":
        yield Said("pls.missing: a matrix has no rows")
    if study.matrix.unscaled and not study.pls.standardized:
        yield Said("pls.standardized: correlations without sds are of standardized items")
    if not study.matrix.path.endswith((".csv", ".yml", ".yaml")):
        yield Said("matrix.path: {path!r}: expected csv or yml", path=study.matrix.path)
    columns = [item.source_column for item in study.items]
    for key, by in (("sds", study.matrix.sds), ("means", study.matrix.means)):
        for name in sorted(set(by) - set(columns)):
            yield Said("matrix.{key}.{name}: not an item's column", key=key, name=name)
        for name in [c for c in columns if by and c not in by]:
            yield Said("matrix.{key}.{name}: expected beside the others", key=key, name=name)
    if study.matrix.means and study.scale_ is None:
        for item in study.items:
            if item.reversed and item.scale is None:
                yield Said("scale: expected, for the mean of {item} is turned", item=item.id)


def _printed_of_matrix(study: Study, entry: Published) -> Iterable[Said]:
    """What is printed that does not follow from a matrix."""
    model, printed = entry.model, entry.statistics
    if model and model.estimator not in OF_MOMENTS:
        yield Said(
            "published.{entry}: of a matrix, models by {known} can be computed anew",
            entry=entry.id,
            known=[*OF_MOMENTS],
        )
    if model and model.missing == "fiml":
        yield Said("published.{entry}: missing: fiml: a matrix has no rows", entry=entry.id)
    if (pls := entry.pls) is not None:
        keys = {"missing": pls.missing != "listwise", "as_given": pls.as_given}
        keys["moderator"] = any(p.moderator for p in pls.paths)
        for key in [key for key, given in keys.items() if given]:
            yield Said("published.{entry}: {key}: a matrix has no rows", entry=entry.id, key=key)
    if printed is not None:
        assert study.matrix is not None
        without = (*OF_ROWS, *(() if study.matrix.means else ("intercept",)))
        names = dict.fromkeys(f.statistic for f in printed.figures if f.statistic in without)
        for key in [*names, *(["log"] if printed.log else [])]:
            yield Said(
                "published.{entry}: {key}: does not follow from the matrix", entry=entry.id, key=key
            )
    if study.matrix is not None and study.matrix.unscaled:
        for key in _with_a_unit(study, entry):
            yield Said(
                "published.{entry}: {key}: does not follow from correlations without sds",
                entry=entry.id,
                key=key,
            )


def _with_a_unit(study: Study, entry: Published) -> Iterable[str]:
    """What is printed that has the answers' unit, or rests on sums of answers."""
    if (model := entry.model) is not None:
        own = ("aic", "bic", "logl", *(() if model.standardized else ("loading", "path")))
        yield from dict.fromkeys(f.statistic for f in model.figures if f.statistic in own)
    if entry.pls is not None and not entry.pls.standardized:
        yield "standardized"
    if (printed := entry.statistics) is not None:
        sums = {c.id for c in study.constructs if len(c.items) > 1}
        for figure in printed.figures:
            of_sums = figure.statistic in ("correlation", "r2", "f") and sums & set(figure.of)
            if of_sums or figure.statistic in ("alpha", "b"):
                yield figure.statistic


def _model_problems(study: Study, name: str, model: PrintedModel) -> Iterable[Said]:
    main, paths = {c.id: c for c in study.main}, {(h.from_, h.to) for h in study.paths}
    if model.of == "structural" and not paths:
        yield Said("published.{entry}: no path is hypothesized", entry=name)
    taken = set(model.constructs or (main if model.of == "measurement" else ()))
    taken |= {end for path in paths for end in path} if model.of == "structural" else set()
    for other in sorted(set(model.constructs) - main.keys()):
        yield Said("published.{entry}: {name!r} is not a construct", entry=name, name=other)
    for figure in model.figures:
        constructs = figure.of[:1] if figure.statistic == "loading" else figure.of
        items = {i.id for c in taken & main.keys() for i in main[c].items}
        odd = set(constructs) - (taken & main.keys())
        if figure.statistic == "r2":
            odd -= items
        for other in sorted(odd):
            yield Said("published.{entry}: {name!r} is not in the model", entry=name, name=other)
        if figure.statistic == "loading" and not odd:
            construct, item = figure.of
            if item not in [i.id for i in main[construct].items]:
                yield Said("published.{entry}: {name!r} is not an item", entry=name, name=item)
        if figure.statistic == "path" and tuple(figure.of) not in paths:
            yield Said(
                "published.{entry}: no hypothesis says {a} → {b}",
                entry=name,
                a=figure.of[0],
                b=figure.of[1],
            )


def _panel_problems(study: Study, name: str, panel: PrintedPanel) -> Iterable[Said]:
    waves = {r.id: [m.id for m in r.measures] for r in study.resources if r.kind == "waves"}
    if panel.resource not in waves:
        yield Said(
            "published.{name}: {resource!r} is no table of waves",
            name=name,
            resource=panel.resource,
        )
        return
    for measure in dict.fromkeys([panel.done, *(f.said for f in panel.figures)]):
        if measure not in waves[panel.resource]:
            yield Said(
                "published.{name}: {measure!r} is no measure of {resource}",
                name=name,
                measure=measure,
                resource=panel.resource,
            )


def _rule_problems(study: Study) -> Iterable[Said]:
    for key, rules in (("exclude", study.exclude), ("impossible", study.impossible)):
        for name, n in Counter(rule.id for rule in rules).items():
            if n > 1:
                yield Said("{key}: the id {name} is used {n} times", key=key, name=name, n=n)
        for rule in rules:
            for column in sorted(set(rule.columns) & set(study.personal)):
                yield Said(
                    "{key}.{rule}: {column!r} is personal, and never read",
                    key=key,
                    rule=rule.id,
                    column=column,
                )


def _weights_problems(study: Study, column: str, used: set[str]) -> Iterable[Said]:
    if study.matrix is None and not study.constructs:
        yield Said("weights: given, but no construct says what is weighted")
    if column in used:
        yield Said("weights: {column!r} is used as an item, a variable or a group", column=column)
    if column in study.personal:
        yield Said("weights: {column!r} is personal, and never read", column=column)


def _join_problems(study: Study, join: Join) -> Iterable[Said]:
    kinds = {r.id: r.kind for r in study.resources}
    if join.waves is not None:
        if not any(
            r.id == join.waves and r.kind == "waves" and r.measures for r in study.resources
        ):
            yield Said("join.waves: {name!r} is no table of waves with measures", name=join.waves)
        if [kinds.get(n) for n in join.tables] != ["transactions"]:
            yield Said("join.tables: one table of transactions is expected")
        return
    if join.key not in [v.id for v in study.variables if v.kind == "id"]:
        yield Said("join.key: {key!r} is no variable of the kind id", key=join.key)
    for name in join.tables:
        if kinds.get(name) not in ("transactions", "complaints", "reviews"):
            yield Said(
                "join.tables: {name!r} is no table of transactions, complaints or reviews",
                name=name,
            )
    if [kinds.get(n) for n in join.tables].count("transactions") != 1:
        yield Said("join.tables: one table of transactions is expected")
    if [kinds.get(n) for n in join.tables].count("reviews") > 1:
        yield Said("join.tables: at most one table of reviews is expected")


def _cycle(edges: set[tuple[str, str]]) -> list[str]:
    """One directed cycle of the graph, or an empty list."""
    followers: dict[str, list[str]] = {}
    for a, b in sorted(edges):
        followers.setdefault(a, []).append(b)
    done: set[str] = set()

    def visit(node: str, trail: list[str]) -> list[str]:
        if node in trail:
            return [*trail[trail.index(node) :], node]
        if node in done:
            return []
        for follower in followers.get(node, []):
            if found := visit(follower, [*trail, node]):
                return found
        done.add(node)
        return []

    for start in followers:
        if found := visit(start, []):
            return found
    return []
