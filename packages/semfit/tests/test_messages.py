"""Messages are strings that know their code and parameters, also from another process."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
import semfit
from semfit.messages import in_group, listed, message


def test_a_message_is_its_sentence_and_keeps_what_it_was_made_of() -> None:
    where = in_group(np.int64(2))
    one = message("few_rows", rows=np.int64(1), where=where)
    assert one == "only 1 row(s) of data in group 2"
    assert (one.code, one.parameters) == ("few_rows", {"rows": 1, "where": " in group 2"})
    assert type(one.parameters["rows"]) is int
    for again in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert type(again) is semfit.Message and again == one
        assert (again.code, again.parameters) == (one.code, one.parameters)
        assert again.parameters["where"].code == "in_group"
    assert listed(["a", "b", "c"]) == "a, b, c" and listed(["a"]) == "a"
    assert in_group(None) == ""


def test_a_code_or_a_parameter_that_is_not_known_is_a_fault() -> None:
    for code in ("few_rows", "no such code"):
        with pytest.raises(KeyError):
            message(code)


def test_an_error_keeps_code_and_parameters() -> None:
    with pytest.raises(semfit.ModelError) as caught:
        semfit.fit("f =~ x1 + ", None)
    error = caught.value
    assert str(error).startswith("model syntax, line 1: expected")
    for again in (error, copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert str(again) == str(error) and isinstance(again, semfit.ModelError)
        assert again.code == "syntax" and again.parameters["line"] == 1
        assert again.parameters["problem"].code == "expected_value"
