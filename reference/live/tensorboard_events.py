"""What TensorBoard reads in a folder of events: {"scalars": {tag: [[step, value], ..]}} as the last line.

    python tensorboard_events.py FOLDER
"""
import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def main():
    events = EventAccumulator(sys.argv[1])
    events.Reload()
    print(json.dumps({"scalars": {
        tag: [[event.step, event.value] for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}}))


main()
