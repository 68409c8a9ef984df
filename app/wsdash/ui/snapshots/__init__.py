"""State to rows of finished strings: pure, and tested without Textual."""
