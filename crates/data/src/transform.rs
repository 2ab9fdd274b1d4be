//! What is done to examples one by one: small steps, for synthesis and for augmentation.
