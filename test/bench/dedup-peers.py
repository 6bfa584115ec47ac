"""MinHash near duplicates by another program: 14 bands of 8, word 5-grams, as FineWeb was made.

usage: dedup-peers.py datatrove|datasketch|rensa corpus.jsonl documents folder
Prints the CPU seconds from texts (datatrove: from the file) to pairs, without imports, and the pairs.
"""
import json
import os
import re
import struct
import sys
import time

BANDS, ROWS, NGRAM, THRESHOLD = 14, 8, 5, 0.8
peer, corpus, documents, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
word = re.compile(r"\w+")


def shingles(text):
    words = word.findall(text.lower())
    return [" ".join(words[i : i + NGRAM]) for i in range(len(words) - NGRAM + 1)]


def with_datasketch(texts):
    from datasketch import MinHash, MinHashLSH

    start = time.process_time()
    index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    for number, text in enumerate(texts):
        signature = MinHash(num_perm=BANDS * ROWS, seed=1)
        signature.update_batch([shingle.encode() for shingle in set(shingles(text))])
        for other in index.query(signature):
            yield other, number
        index.insert(number, signature)
    yield time.process_time() - start


def with_rensa(texts):
    import rensa

    start = time.process_time()
    index = rensa.RMinHashLSH(threshold=THRESHOLD, num_perm=BANDS * ROWS, num_bands=BANDS)
    for number, text in enumerate(texts):
        signature = rensa.RMinHash(num_perm=BANDS * ROWS, seed=1)
        signature.update(shingles(text))
        for other in index.query(signature):
            yield min(other, number), max(other, number)
        index.insert(number, signature)
    yield time.process_time() - start


def with_datatrove():
    from datatrove.data import Document
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter
    from datatrove.pipeline.filters import GopherQualityFilter
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    config = MinhashConfig(num_buckets=BANDS, hashes_per_bucket=ROWS, n_grams=NGRAM)
    place = lambda name: os.path.join(folder, name)
    reader = lambda: JsonlReader(os.path.dirname(corpus), glob_pattern=os.path.basename(corpus), limit=documents)
    GopherQualityFilter(min_doc_words=1).filter(Document(text="Makes the tokenizer.", id="0"))
    stages = {
        "signatures": [reader(), MinhashDedupSignature(place("signatures"), config=config, language="en")],
        "buckets": [MinhashDedupBuckets(place("signatures"), place("buckets"), config=config)],
        "clusters": [MinhashDedupCluster(place("buckets"), place("remove"), config=config)],
        "filter": [reader(), MinhashDedupFilter(place("remove")), JsonlWriter(place("out"), compression=None)],
    }
    start = time.process_time()
    for name, pipeline in stages.items():
        tasks = BANDS if name == "buckets" else 1
        LocalPipelineExecutor(pipeline=pipeline, tasks=tasks, workers=1, logging_dir=place(f"logs-{name}")).run()
    seconds = time.process_time() - start
    for name in os.listdir(place("buckets")):
        if name.endswith(".dups"):
            with open(os.path.join(place("buckets"), name), "rb") as file:
                for _, a, _, b in struct.iter_unpack("<4I", file.read()):
                    yield min(a, b), max(a, b)
    yield seconds


if peer == "datatrove":
    found = list(with_datatrove())
else:
    with open(corpus) as lines:
        texts = [json.loads(line)["text"] for line, _ in zip(lines, range(documents))]
    found = list({"datasketch": with_datasketch, "rensa": with_rensa}[peer](texts))
print(json.dumps({"seconds": found[-1], "pairs": sorted(set(found[:-1]))}))
