"""The brief of one case: what its findings say in the first place, in sentences made of them."""
