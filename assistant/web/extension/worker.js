// Opens the panel, and tells it the address of the page for which it was opened.
// A click on the button grants activeTab for that one page: no other address is ever seen.

chrome.action.onClicked.addListener((tab) => {
  // Before anything is awaited: Chrome opens a panel only while the click is being handled.
  chrome.sidePanel.open({ windowId: tab.windowId });
  chrome.storage.session.set({ page: tab.url || "" });
});
