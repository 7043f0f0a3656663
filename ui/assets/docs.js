// The API's description as a page: /openapi.json read, each operation shown, and each one to be tried.

const description = await fetch("/openapi.json").then((response) => response.json());

const theme = localStorage.getItem("cita-theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
document.body.classList.toggle("dark", theme === "dark");

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function resolved(schema) {
  if (!schema?.$ref) return schema ?? {};
  return schema.$ref.slice(2).split("/").reduce((at, key) => at[key], description);
}

function nameOf(schema) {
  if (schema?.$ref) return schema.$ref.split("/").pop();
  if (schema?.anyOf) return schema.anyOf.map(nameOf).join(" or ");
  if (schema?.enum) return schema.enum.map((value) => JSON.stringify(value)).join(", ");
  if (schema?.const !== undefined) return JSON.stringify(schema.const);
  if (schema?.type === "array") return schema.prefixItems ? `[${schema.prefixItems.map(nameOf).join(", ")}]` : `list of ${nameOf(schema.items)}`;
  if (schema?.additionalProperties) return `map of ${nameOf(schema.additionalProperties)}`;
  return schema?.format === "binary" ? "file" : schema?.type ?? "anything";
}

function bounds(schema) {
  const told = [];
  if (schema.minimum !== undefined) told.push(`from ${schema.minimum}`);
  if (schema.maximum !== undefined) told.push(`to ${schema.maximum}`);
  if (schema.maxLength !== undefined) told.push(`at most ${schema.maxLength} characters`);
  if (schema.default !== undefined && schema.default !== null) told.push(`default ${JSON.stringify(schema.default)}`);
  return told.join(", ");
}

/** `sent` is false for what the server answers, which leaves nothing out. */
function row(name, schema, { required, told, sent }) {
  const about = [told ?? schema.description, sent ? bounds(schema) : ""].filter(Boolean).join(" — ");
  const kind = nameOf(schema) + (sent && !required ? ", optional" : "");
  return element("tr", {}, element("td", {}, name), element("td", {}, kind), element("td", {}, about));
}

function fields(schema, sent, seen = new Set()) {
  const whole = resolved(schema);
  const rows = Object.entries(whole.properties ?? {}).map(([name, one]) => row(name, one, { required: whole.required?.includes(name), sent }));
  if (!rows.length) return null;
  const box = element("div", {}, element("table", {}, ...rows));
  for (const one of Object.values(whole.properties)) {
    for (const inner of [one, one.items, ...(one.anyOf ?? [])]) {
      if (!inner?.$ref || seen.has(inner.$ref)) continue;
      seen.add(inner.$ref);
      const table = fields(inner, sent, seen);
      if (table) box.append(element("details", {}, element("summary", {}, nameOf(inner)), table));
    }
  }
  return box;
}

function example(schema) {
  const whole = resolved(schema);
  const required = Object.entries(whole.properties ?? {}).filter(([name]) => whole.required?.includes(name));
  return JSON.stringify(Object.fromEntries(required.map(([name, one]) => [name, one.type === "integer" ? 10 : "…"])), null, 2);
}

function trial(path, method, operation) {
  const json = operation.requestBody?.content?.["application/json"]?.schema;
  const inputs = (operation.parameters ?? []).map((one) => [one, element("input", { name: one.name, autocomplete: "off" })]);
  const body = json && element("textarea", { spellcheck: "false" }, example(json));
  const shown = element("pre", { "aria-live": "polite", hidden: "" });
  const form = element("form", {}, ...inputs.map(([one, input]) => element("label", {}, one.name, input)), body && element("label", {}, "Body", body), element("button", {}, "Send"), shown);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const query = new URLSearchParams();
    let address = path;
    for (const [one, input] of inputs) {
      if (one.in === "path") address = address.replace(`{${one.name}}`, encodeURIComponent(input.value));
      else if (input.value) query.set(one.name, input.value);
    }
    const request = { method: method.toUpperCase() };
    if (body) Object.assign(request, { body: body.value, headers: { "Content-Type": "application/json" } });
    const response = await fetch(query.size ? `${address}?${query}` : address, request);
    const text = await response.text();
    shown.hidden = false;
    try {
      shown.textContent = `${response.status}\n${JSON.stringify(JSON.parse(text), null, 2)}`;
    } catch {
      shown.textContent = `${response.status}\n${text}`;
    }
  });
  return element("details", {}, element("summary", {}, "Try it"), form);
}

function section(path, method, operation) {
  const id = operation.operationId;
  const badge = () => element("span", { class: `method ${method}` }, method.toUpperCase());
  const made = element("section", { id }, element("h2", {}, badge(), path), element("p", {}, operation.description ?? operation.summary ?? ""));
  if (operation.parameters?.length) {
    const rows = operation.parameters.map((one) => row(one.name, one.schema, { required: one.required, told: one.description, sent: true }));
    made.append(element("h3", {}, "Parameters"), element("table", {}, ...rows));
  }
  for (const [type, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
    const table = schema && fields(schema, true);  // a body of lines has no schema
    if (table || !schema) made.append(element("h3", {}, `Body, ${type}`), ...(table ? [table] : []));
  }
  for (const [status, response] of Object.entries(operation.responses)) {
    if (Number(status) >= 400) continue;
    const schema = response.content?.["application/json"]?.schema;
    made.append(element("h3", {}, `Response ${status}${schema?.$ref ? `, ${nameOf(schema)}` : ""}`));
    const table = schema && fields(schema, false);
    if (table) made.append(table);
  }
  const problems = Object.keys(operation.responses).filter((status) => Number(status) >= 400);
  if (problems.length) made.append(element("h3", {}, "Problems"), element("p", {}, `${problems.join(", ")} as application/problem+json`));
  made.append(trial(path, method, operation));
  document.querySelector("#contents").append(element("a", { href: `#${id}` }, badge(), path));
  return made;
}

const main = document.querySelector("#operations");
main.append(element("p", {}, description.info.description));
for (const [path, methods] of Object.entries(description.paths)) {
  for (const [method, operation] of Object.entries(methods)) main.append(section(path, method, operation));
}
