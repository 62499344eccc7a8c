/* Answers an application's question: has the session changed? (OIDC Session Management 1.0, §3.2)
   Old syntax, and a SHA-256 of its own: strict test browsers have neither modules nor crypto.subtle. */
(function () {
  function rotated(x, n) { return (x >>> n) | (x << (32 - n)); }

  /* FIPS 180-4 §6.2, for ASCII text; the constants are roots of primes (§4.2.2). */
  function sha256(text) {
    var k = [], h = [], words = [], bits = text.length * 8, n = 2, i, j, prime;
    for (; k.length < 64; n += 1) {
      for (prime = true, j = 2; j * j <= n; j += 1) { if (n % j === 0) { prime = false; } }
      if (prime) {
        if (h.length < 8) { h.push(fraction(Math.pow(n, 1 / 2))); }
        k.push(fraction(Math.pow(n, 1 / 3)));
      }
    }
    text += '\x80';
    while (text.length % 64 !== 56) { text += '\x00'; }
    for (i = 0; i < text.length; i += 1) { words[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8); }
    words.push(Math.floor(bits / 4294967296), bits | 0);
    for (i = 0; i < words.length; i += 16) { block(words.slice(i, i + 16), h, k); }
    for (i = 0, n = ''; i < 8; i += 1) { n += ('0000000' + (h[i] >>> 0).toString(16)).slice(-8); }
    return n;
  }

  function fraction(x) { return ((x - Math.floor(x)) * 4294967296) | 0; }

  function block(w, h, k) {
    var v = h.slice(), i, a, b;
    for (i = 0; i < 64; i += 1) {
      if (i > 15) {
        a = w[i - 15]; b = w[i - 2];
        w[i] = (w[i - 16] + w[i - 7] + (rotated(a, 7) ^ rotated(a, 18) ^ (a >>> 3)) +
          (rotated(b, 17) ^ rotated(b, 19) ^ (b >>> 10))) | 0;
      }
      a = (v[7] + (rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25)) +
        ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i]) | 0;
      b = ((rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22)) +
        ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]))) | 0;
      v = [(a + b) | 0, v[0], v[1], v[2], (v[3] + a) | 0, v[4], v[5], v[6]];
    }
    for (i = 0; i < 8; i += 1) { h[i] = (h[i] + v[i]) | 0; }
  }

  function held() {
    var name = document.body.getAttribute('data-cookie') + '=', parts = document.cookie.split('; '), i;
    for (i = 0; i < parts.length; i += 1) {
      if (parts[i].indexOf(name) === 0) { return parts[i].slice(name.length); }
    }
    return '';
  }

  function answer(question, origin) {
    var words = String(question).split(' '), parts = words.length === 2 ? words[1].split('.') : [];
    if (parts.length !== 2 || !/^[\x21-\x7e]+$/.test(words[0] + words[1])) { return 'error'; }
    return sha256(words[0] + ' ' + origin + ' ' + held() + ' ' + parts[1]) === parts[0] ? 'unchanged' : 'changed';
  }

  window.addEventListener('message', function (event) {
    if (event.source && event.origin && event.origin !== 'null') {
      event.source.postMessage(answer(event.data, event.origin), event.origin);
    }
  }, false);
}());
