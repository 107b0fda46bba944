// What the extension says, in the language of the browser; the words are in _locales.

export const say = (name) => chrome.i18n.getMessage(name);

// An element names its words; without a script the extension does nothing anyway.
for (const element of document.querySelectorAll("[data-words]")) {
  element.textContent = say(element.dataset.words);
}
document.documentElement.lang = say("language");
