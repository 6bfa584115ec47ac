// Words that English tokenization keeps whole, or splits where no rule would: contractions with and without their apostrophe, abbreviations,
// times of day, emoticons. The facts are those of spaCy 3's English (spacy/lang/en/tokenizer_exceptions.py, MIT).

const list = (words: string): string[] => words.trim().split(/\s+/);
const titled = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

const pronouns = list("i you he she it we they");
const questions = list("who what when where why how there that this these those");
const negatable = list("ca could do does did had may might must need ought sha should wo would");
const negatableOnce = list("ai are is was were have has dare");

/** Words that look like a contraction without its apostrophe and are none. */
const noContractions = list("Ill ill Its its Hell hell Shell shell Shed shed were Were Well well Whore whore");

const abbreviations = list(`
  a. b. c. d. e. f. g. h. i. j. k. l. m. n. o. p. q. r. s. t. u. v. w. x. y. z. ä. ö. ü.
  Mt. Ak. Ala. Apr. Ariz. Ark. Aug. Calif. Colo. Conn. Dec. Del. Feb. Fla. Ga. Ia. Id. Ill. Ind. Jan. Jul. Jun. Kan. Kans. Ky. La. Mar.
  Mass. Mich. Minn. Miss. N.C. N.D. N.H. N.J. N.M. N.Y. Neb. Nebr. Nev. Nov. Oct. Okla. Ore. Pa. S.C. Sep. Sept. Tenn. Va. Wash. Wis.
  a.m. p.m. Adm. Bros. co. Co. Corp. D.C. Dr. e.g. E.g. E.G. Gen. Gov. i.e. I.e. I.E. Inc. Jr. Ltd. Md. Messrs. Mo. Mont. Mr. Mrs. Ms.
  Ph.D. Prof. Rep. Rev. Sen. St. vs. v.s. C++ and/or w/o`);

const apostrophes = list(`
  ' '' 'S 's ‘S ‘s 're 'd 'em 'll 'nuff 'Cause 'cause 'cos 'Cos 'coz 'Coz 'cuz 'Cuz 'bout ma'am Ma'am o'clock O'clock
  doin' goin' nothin' nuthin' ol' somethin' lovin' havin' Doin' Goin' Nothin' Nuthin' Ol' Somethin' Lovin' Havin'`);

const signs = list(String.raw`\t \n — \") <space>`);

const emoticons = list(String.raw`
  :) :-) :)) :-)) :))) :-))) (: (-: =) (= :] :-] [: [-: [= =] :o) (o: :} :-} 8) 8-) (-8 ;) ;-) (; (-; :( :-( :(( :-(( :((( :-((( ): )-:
  =( >:( :') :'-) :'( :'-( :/ :-/ =/ =| :| :-| ]= =[ :1 :P :-P :p :-p :O :-O :o :-o :0 :-0 :() >:o :* :-* :3 :-3 =3 :> :-> :X :-X :x :-x
  :D :-D ;D ;-D =D xD XD xDD XDD 8D 8-D ^_^ ^__^ ^___^ >.< >.> <.< ._. ;_; -_- -__- v.v V.V v_v V_V o_o o_O O_o O_O 0_o o_0 0_0 o.O O.o
  O.O o.o 0.0 o.0 0.o @_@ <3 <33 <333 </3 (^_^) (-_-) (._.) (>_<) (*_*) (¬_¬) ಠ_ಠ ಠ︵ಠ (ಠ_ಠ) ¯\(ツ)/¯ (╯°□°）╯︵┻━┻ ><(((*>`);

/** Parts by hyphen of contractions that follow no pattern. */
const singular = list(`
  y'-all y-all how-'d-'y How-'d-'y not-'ve not-ve Not-'ve Not-ve can-not Can-not gon-na Gon-na got-ta Got-ta let-'s Let-'s c'm-on C'm-on`);

const questionsBut = (...left: readonly string[]) => questions.filter((word) => !left.includes(word));

function contractions(): string[][] {
  const made: string[][] = [];
  /** With an apostrophe and without, small and capital. */
  const add = (words: readonly string[], ...endings: readonly string[]) => {
    for (const word of words.flatMap((one) => [one, titled(one)]))
      made.push([word, ...endings], [word, ...endings.map((ending) => ending.replace("'", ""))]);
  };
  add(["i"], "'m");
  add(["i"], "'m", "a");
  add(["i", "you", "we", "they", ...questionsBut("that", "this")], "'ve");
  add(["you", "we", "they", ...questionsBut("that", "this")], "'re");
  add(["he", "she", "it", ...questionsBut("these", "those")], "'s");
  for (const ending of ["'ll", "'d"]) {
    add([...pronouns, ...questions], ending);
    add([...pronouns, ...questions], ending, "'ve");
  }
  add([...negatable, ...negatableOnce], "n't");
  add(negatable, "n't", "'ve");
  add(list("could might must should would"), "'ve");
  return made;
}

/** Text → the tokens it makes. */
export const exceptions: ReadonlyMap<string, readonly string[]> = (() => {
  const found = new Map<string, readonly string[]>();
  const split = (parts: readonly string[]) => found.set(parts.join(""), parts);
  for (const parts of contractions()) split(parts);
  for (const word of noContractions) found.delete(word);
  for (const parts of singular) split(parts.split("-"));
  for (let hour = 1; hour <= 12; hour++) for (const half of list("a.m. am p.m. pm")) split([String(hour), half]);
  for (const unit of "cfkCFK") split(["°", unit, "."]);
  for (const whole of [...abbreviations, ...apostrophes, ...signs, ...emoticons]) split([whole]);
  for (const [text, parts] of Array.from(found))
    if (text.includes("'")) split(parts.map((part) => part.replaceAll("'", "’")));
  return found;
})();
