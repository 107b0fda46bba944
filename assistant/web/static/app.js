// Everything works without this file; it only adds comfort.

// In a frame the clipboard may be forbidden; a selection is copied there all the same.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

// Copy buttons are hidden until they can do something.
for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await copied(button.dataset.copy);
    if (done) document.dispatchEvent(new CustomEvent("precedent:copied", { detail: button.dataset.copy }));
    const label = button.textContent;
    button.textContent = done ? "Copied" : "Not copied";
    button.focus();
    setTimeout(() => { button.textContent = label; }, 1500);
  });
}

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) {
      setTimeout(() => { button.disabled = true; }, 0);
    }
  });
}
