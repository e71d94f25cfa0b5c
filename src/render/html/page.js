(() => {
  const byId = (id) => document.getElementById(id);
  const fields = ["search", "hazard", "kind", "transaction"].map(byId);
  const [search, hazard, kind, transaction] = fields;
  const entries = [...document.querySelectorAll(".item, .statement")].map((node) => ({
    node,
    text: node.textContent.toLowerCase(),
    kind: node.dataset.kind,
    hazards: node.dataset.hazards.split(" ").filter(Boolean),
    transactions: node.dataset.transactions.split(" "),
    change: node.classList.contains("item"),
  }));
  const groups = [...document.querySelectorAll(".group, .transaction")];
  const opened = new Map();

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const asked = fields.some((field) => field.value !== "");
    let changes = 0;
    let statements = 0;
    for (const entry of entries) {
      const fits =
        words.every((word) => entry.text.includes(word)) &&
        (!hazard.value || (hazard.value === "*" ? entry.hazards.length > 0 : entry.hazards.includes(hazard.value))) &&
        (!kind.value || entry.kind === kind.value) &&
        (!transaction.value || entry.transactions.includes(transaction.value));
      entry.node.classList.toggle("out", !fits);
      if (fits && entry.change) changes += 1;
      if (fits && !entry.change) statements += 1;
    }
    for (const group of groups) {
      const some = group.querySelector(".item:not(.out), .statement:not(.out)") !== null;
      group.classList.toggle("out", !some);
      if (group.tagName !== "DETAILS") continue;
      if (asked) {
        if (!opened.has(group)) opened.set(group, group.open);
        group.open = some;
      } else if (opened.has(group)) {
        group.open = opened.get(group);
        opened.delete(group);
      }
    }
    const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
    byId("count").value = asked ? `${counted(changes, "change")}, ${counted(statements, "statement")}` : "";
  };

  const reset = () => {
    for (const field of fields) field.value = "";
    apply();
  };
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 80);
  });
  for (const field of fields.slice(1)) field.addEventListener("change", apply);
  byId("reset").addEventListener("click", reset);
  document.querySelector(".controls").addEventListener("submit", (event) => event.preventDefault());

  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && typing) {
      reset();
      event.target.blur();
    }
  });

  // A link into folded statements unfolds them.
  const unfold = () => {
    const target = location.hash.length > 1 ? byId(location.hash.slice(1)) : null;
    const folded = target && target.closest("details");
    if (folded && !folded.open) {
      folded.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
  document.querySelector(".controls").hidden = false;
  unfold();
})();
