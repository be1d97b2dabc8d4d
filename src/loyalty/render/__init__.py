"""Makes the book: with Quarto where it is installed, with the embedded renderer otherwise."""
