"""PEFT's LoRA step for lora-step.ts: CPU seconds of the median step on one thread.

usage: lora-step-peft.py CONFIG_JSON BATCH LENGTH
"""

import json
import statistics
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, LlamaConfig

WARM, STEPS = 2, 8

config, batch, length = json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(1)
torch.manual_seed(0)
del config["model_type"]
base = AutoModelForCausalLM.from_config(LlamaConfig(**config), attn_implementation="sdpa")
lora = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
model = get_peft_model(base, lora).train()
parameters = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(parameters, lr=1e-3)
ids = torch.randint(3, config["vocab_size"], (batch, length))  # (B, T)
mask = torch.ones_like(ids)

seconds = []
for step in range(WARM + STEPS):
    start = time.process_time()
    model(input_ids=ids, attention_mask=mask, labels=ids).loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    seconds.append(time.process_time() - start)
print(statistics.median(seconds[WARM:]))
