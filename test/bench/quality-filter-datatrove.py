"""datatrove: JSONL in, Gopher quality and FineWeb quality, JSONL out, in one process.

usage: quality-filter-datatrove.py corpus.jsonl documents folder
Prints the CPU seconds of the run, without imports and without making the tokenizer, and the ids that stay.
"""
import json
import os
import sys
import time

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

corpus, documents, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
GopherQualityFilter(min_doc_words=1).filter(Document(text="Makes the tokenizer.", id="0"))
pipeline = [
    JsonlReader(os.path.dirname(corpus), glob_pattern=os.path.basename(corpus), limit=documents),
    GopherQualityFilter(),
    FineWebQualityFilter(),
    JsonlWriter(os.path.join(folder, "out"), compression=None),
]
start = time.process_time()
LocalPipelineExecutor(pipeline=pipeline, tasks=1, workers=1, logging_dir=os.path.join(folder, "logs")).run()
seconds = time.process_time() - start
kept = []
for name in os.listdir(os.path.join(folder, "out")):
    with open(os.path.join(folder, "out", name)) as lines:
        # The address ends in the document's number; an id of 0 is not written.
        kept += [int(json.loads(line)["metadata"]["url"].split("/")[-1]) for line in lines]
print(json.dumps({"seconds": seconds, "kept": kept}))
