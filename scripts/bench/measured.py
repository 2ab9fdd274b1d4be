"""What is measured of the peer and of ours, by name."""
# Configs in configs/bench: what they are, and the ratio that the project wants of a training step.
MODELS = {
    "mlp_256x2": ("MLP 784-256-256-10, batch 128", 1.4),
    "mlp_1024x3": ("MLP 784-1024×3-10, batch 128", 1.25),
    "cnn_32_64": ("CNN 32-64-fc128, batch 64", 1.5),
}

# Hidden layers of those that are measured on MNIST's digits besides, where pixels of background are zero.
ON_DIGITS = {"mlp_256x2": [256, 256], "mlp_1024x3": [1024, 1024, 1024]}

# The ways to train in PyTorch: see trainer in models.py.
VARIANTS = ("eager", "fused", "compiled")
