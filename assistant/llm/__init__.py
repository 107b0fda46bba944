"""Chat models. LangChain lives here and nowhere else, and is imported when first used.

``chat`` connects to a model, ``answers`` is what comes back, ``scripted`` is the twin that
plays given answers.
"""
