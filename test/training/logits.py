"""Prints, for every case of the JSON on stdin ([{base, adapter, ids}]), the logits that transformers with PEFT computes: one JSON list a line."""

import json
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

torch.set_num_threads(1)

for case in json.load(sys.stdin):
    base = AutoModelForCausalLM.from_pretrained(case["base"], dtype=torch.float32, attn_implementation="eager")
    model = PeftModel.from_pretrained(base, case["adapter"]).eval()
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([case["ids"]])).logits[0]  # (T, V)
    print(json.dumps(logits.flatten().tolist()), flush=True)
