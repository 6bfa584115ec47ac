"""sentence-transformers for embed.ts: CPU seconds to encode texts on one thread, and the vectors.

usage: embed-sentence-transformers.py MODEL_FOLDER TEXTS_JSON VECTORS_JSON
"""

import json
import os
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1")
import torch
from sentence_transformers import SentenceTransformer

torch.set_num_threads(1)
model = SentenceTransformer(sys.argv[1], device="cpu").float()
with open(sys.argv[2]) as file:
    texts = json.load(file)
model.encode(texts[:32], batch_size=32)
start = time.process_time()
vectors = model.encode(texts, batch_size=32, show_progress_bar=False)  # (N, C)
seconds = time.process_time() - start
with open(sys.argv[3], "w") as file:
    json.dump(vectors.tolist(), file)
print(seconds)
