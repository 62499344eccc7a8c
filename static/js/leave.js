/* Goes on when the applications' pages have loaded, after a second at the latest.
   Old syntax on purpose: strict test browsers run no modules. */
(function () {
  var frames = document.getElementsByTagName('iframe');
  var waiting = frames.length;
  var gone = false;
  function go() {
    if (gone) { return; }
    gone = true;
    window.location.replace(document.getElementById('continue').getAttribute('href'));
  }
  function loaded() {
    waiting -= 1;
    if (waiting <= 0) { go(); }
  }
  for (var i = 0; i < frames.length; i += 1) {
    frames[i].onload = loaded;
  }
  window.setTimeout(go, 1000);
}());
