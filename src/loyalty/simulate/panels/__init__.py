"""Tables beside the survey, as ``process.yml`` declares them under ``panels``; a module each."""

from typing import Annotated

from pydantic import Field

from loyalty.simulate.panels.base import Panel, People, Truth
from loyalty.simulate.panels.complaints import Complaints
from loyalty.simulate.panels.experiment import Experiment
from loyalty.simulate.panels.failures import Failures
from loyalty.simulate.panels.firm_panel import FirmPanel
from loyalty.simulate.panels.members import Members
from loyalty.simulate.panels.reviews import Reviews
from loyalty.simulate.panels.touchpoints import Touchpoints
from loyalty.simulate.panels.tracked import Tracked
from loyalty.simulate.panels.transactions import Transactions
from loyalty.simulate.panels.waves import Waves

AnyPanel = Annotated[
    Complaints
    | Experiment
    | Failures
    | FirmPanel
    | Members
    | Reviews
    | Touchpoints
    | Tracked
    | Transactions
    | Waves,
    Field(discriminator="kind"),
]

__all__ = ["AnyPanel", "Panel", "People", "Truth"]
