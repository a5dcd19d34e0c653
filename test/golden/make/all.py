# Makes all golden cases of test/golden/own.
#
#     python3 -B test/golden/make/all.py            writes to test/golden/own
#     python3 -B test/golden/make/all.py <folder>   writes elsewhere, for a comparison
#
# The files there were made with Python 3.11, torch 1.13.1, scikit-learn 1.2.1 and numpy 1.24.2, the packages python3-torch
# and python3-sklearn of Debian 12. Every case has a seed of its own, a hash of its id; other versions give the same inputs
# and differ in the last digits of results.
import pathlib
import sys
import warnings

import numpy
import sklearn
import torch

import activations
import attention
import cells
import fits
import layers
import losses
import metrics
import schedules
import updates
import wrappers
from fixtures import Goldens

torch.set_num_threads(1)
warnings.filterwarnings("ignore", category=UserWarning)  # Schedulers warn of an optimizer that has made no step.

folder = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "own"
goldens = Goldens(folder)
parts = [cells, layers, attention, wrappers, activations, losses, metrics, updates, schedules, fits]
for part in parts:
    part.cases(goldens)
versions = {"torch": torch.__version__, "sklearn": sklearn.__version__, "numpy": numpy.__version__}
goldens.finish(versions)
print(f"{len(goldens.cases)} cases in {folder}")
