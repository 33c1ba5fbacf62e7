"""What the pages share: the session, forms, problems, pictures and charts."""
