// mdBook's search takes what stands between spaces for a word, and strips what is no Latin letter: nothing
// Chinese would be found. The browser knows where words end; the index is made anew from its texts.
if (document.documentElement.lang === "zh" && window.elasticlunr && window.Intl?.Segmenter) {
  const words = new Intl.Segmenter("zh", { granularity: "word" });
  elasticlunr.tokenizer = (text) =>
    [...words.segment(String(text ?? "").toLowerCase())].filter((part) => part.isWordLike).map((part) => part.segment);
  elasticlunr.Index.load = (stored) => {
    const index = elasticlunr(function () {
      stored.fields.forEach((field) => this.addField(field));
      this.setRef(stored.ref);
      this.pipeline.reset();
    });
    Object.values(stored.documentStore.docs).forEach((text) => index.addDoc(text));
    return index;
  };
}
