// Passkeys: the browser's ceremony, started by a button or by autofill; the form around it sends the
// answer. Whatever needs passkeys is hidden until this runs.
const api = window.PublicKeyCredential;
const bytes = (text) => Uint8Array.from(
  atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// For browsers without the JSON methods of Web Authentication Level 3.
function read(options) {
  const ids = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    excludeCredentials: ids(options.excludeCredentials),
    allowCredentials: ids(options.allowCredentials),
  };
}

function written({ id, type, rawId, response }) {
  const sent = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) sent[name] = text(response[name]);
  }
  if (response.getTransports) sent.transports = response.getTransports();
  return { id, type, rawId: text(rawId), response: sent };
}

async function run(form, how = {}) {
  const isNew = form.dataset.passkey === "create";
  const options = JSON.parse(form.dataset.options);
  const parse = isNew ? api.parseCreationOptionsFromJSON : api.parseRequestOptionsFromJSON;
  const publicKey = parse ? parse.call(api, options) : read(options);
  const found = await navigator.credentials[isNew ? "create" : "get"]({ publicKey, ...how });
  form.elements.credential.value = JSON.stringify(found.toJSON ? found.toJSON() : written(found));
  form.submit();
}

let silent;
async function wait(form) {
  if (!document.querySelector("[autocomplete~=webauthn]")) return;
  if (!await api.isConditionalMediationAvailable?.()) return;
  silent = new AbortController();
  run(form, { mediation: "conditional", signal: silent.signal }).catch(() => {});
}

function prepare(form) {
  const { rpId, unknown, known, cancelled = "" } = form.dataset;
  const said = form.querySelector("[role=status]");
  if (unknown) api.signalUnknownCredential?.({ rpId, credentialId: unknown }).catch(() => {});
  form.querySelector("button").addEventListener("click", async () => {
    silent?.abort();
    if (said) said.textContent = "";
    try {
      await run(form);
    } catch (fault) {
      if (said) said.textContent = fault.name === "InvalidStateError" ? known : cancelled;
      wait(form);
    }
  });
  wait(form);
}

if (api && navigator.credentials) {
  const each = (found, act) => document.querySelectorAll(found).forEach(act);
  each("[data-needs-passkeys]", (element) => { element.hidden = false; });
  each("[data-without-passkeys]", (element) => { element.hidden = true; });
  each("[data-has-passkeys]", (input) => { input.value = "yes"; });
  each("form[data-passkey]", prepare);
}
