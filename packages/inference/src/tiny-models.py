"""Writes tiny-models.json beside this file: a cross-encoder and two sentence encoders with random weights in float16, and what
sentence-transformers makes of them. Run with transformers 5.23, sentence-transformers 6.2 and torch 2.13.

usage: tiny-models.py
"""

import base64
import json
import tempfile
from pathlib import Path

import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.base.modules import Dense, Normalize, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, BertModel, PreTrainedTokenizerFast

WORDS = "[PAD] [UNK] [CLS] [SEP] a wing in slipstream the heat of flow boundary layer lift drag find :".split()
TEXTS = ["a wing in a slipstream", "the heat of the boundary layer flow", "lift", "drag of an unknown wing in heat"]
SIZES = dict(
    vocab_size=len(WORDS), hidden_size=8, intermediate_size=12, num_hidden_layers=1, num_attention_heads=2, max_position_embeddings=12
)


def save_tokenizer(folder):
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", model_max_length=11
    )
    fast.save_pretrained(folder)
    # Without it the loaded tokenizer gives no token types, which cross-encoders of the BERT kind are trained with.
    config = Path(folder, "tokenizer_config.json")
    names = {"model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}
    config.write_text(json.dumps(json.loads(config.read_text()) | names))


def draw(model):
    """Every part shows: norms and biases are not 1 and 0. Rounded to float16, computed in float32."""
    for name, weight in model.named_parameters():
        weight.data = (torch.randn_like(weight) * 0.5 + ("LayerNorm.weight" in name)).half().float()
    return model.eval()


def files_of(folder, keep):
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        name = str(path.relative_to(folder))
        if path.suffix == ".safetensors":
            found[name] = "base64:" + base64.b64encode(path.read_bytes()).decode()
        elif path.suffix == ".json" and path.name in keep:
            found[name] = json.dumps(json.loads(path.read_text()), separators=(",", ":"))
    return found


def cross_encoder(folder):
    save_tokenizer(folder)
    draw(BertForSequenceClassification(BertConfig(**SIZES, num_labels=1))).half().save_pretrained(folder)
    model = CrossEncoder(folder, device="cpu", model_kwargs={"torch_dtype": torch.float32})
    pairs = [[query, text] for query in TEXTS[:2] for text in TEXTS]
    return {"pairs": pairs, "scores": model.predict(pairs).tolist()}


def sentence_encoder(folder, pooling, modules):
    with tempfile.TemporaryDirectory() as plain:
        save_tokenizer(plain)
        draw(BertModel(BertConfig(**SIZES), add_pooling_layer=False)).half().save_pretrained(plain)
        transformer = Transformer(plain, max_seq_length=7, model_kwargs={"torch_dtype": torch.float32})
        model = SentenceTransformer(
            modules=[transformer, Pooling(8, pooling_mode=pooling), *modules], prompts={"query": "find : "}, device="cpu"
        )
        model.half().save(folder)
        model.float()
        return {
            "query": model.encode_query(TEXTS).tolist(),
            "document": model.encode_document(TEXTS).tolist(),
            "first_four": model.encode_document(TEXTS, truncate_dim=4, normalize_embeddings=True).tolist(),
        }


torch.manual_seed(4)
keep = {"config.json", "modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", "tokenizer.json", "tokenizer_config.json"}
made = {"texts": TEXTS}
dense = Dense(8, 6)
dense.linear.weight.data = dense.linear.weight.data.half().float()
dense.linear.bias.data = dense.linear.bias.data.half().float()
for name, make in {
    "cross_encoder": cross_encoder,
    "mean": lambda folder: sentence_encoder(folder, "mean", [Normalize()]),
    "cls_dense": lambda folder: sentence_encoder(folder, "cls", [dense, Normalize()]),
}.items():
    with tempfile.TemporaryDirectory() as folder:
        golden = make(folder)
        made[name] = {"golden": golden, "files": files_of(folder, keep)}
target = Path(__file__).with_suffix(".json")
made = json.loads(json.dumps(made), parse_float=lambda digits: float(f"{float(digits):.7g}"))
target.write_text(json.dumps(made, separators=(",", ":")) + "\n")
