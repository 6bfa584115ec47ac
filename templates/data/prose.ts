// The words of the made-up web pages: short articles, two paragraphs a subject, and a few pages in other languages.

/** A subject with two articles that share no sentence. */
export interface Subject {
  readonly title: string;
  readonly articles: readonly [string, string];
}

export const subjects: readonly Subject[] = [
  {
    title: "Bread at home",
    articles: [
      "A loaf begins the evening before, with flour, water and a spoon of old dough. Overnight the yeast does most of the work, and a cool kitchen makes it slow and sour. In the morning the dough has doubled and smells of apples. Fold it twice, shape it with wet hands and let it rest under a cloth. The oven has to be as hot as it can be when the bread goes in.",
      "Whole grain drinks more water than white flour, so a dough that feels too wet is often right. If the crust is pale, leave the loaf in for ten more minutes with the door a little open. A hollow sound from below tells you that it is done. Nobody waits an hour before the first slice, although every book says that one should. Stale ends make good soup with onions and a piece of hard cheese.",
    ],
  },
  {
    title: "Keeping bees on a roof",
    articles: [
      "Two hives have stood on the library's roof since the spring of last year. Bees in a town find lime trees, balconies and the railway bank, where nobody sprays anything. The keepers climb up once a week and look for a new queen. In June the colony holds about forty thousand animals, and the hum can be heard on the stairs. Neighbours were afraid at first and now ask when the honey will be ready.",
      "Swarms leave when the hive becomes too small for all who live in it. A box with old comb, hung in a tree nearby, often catches them. In winter the bees form a ball and keep each other warm by trembling. They need some fifteen kilos of stores until the willows bloom again. Whoever takes too much honey has to feed them sugar, and that is a poor exchange.",
    ],
  },
  {
    title: "The night train returns",
    articles: [
      "After twelve years without a sleeper, trains will again cross the mountains at night. The railway bought nine old carriages and gave them new beds, sockets and windows that open. Tickets went on sale on Monday, and the first week was gone before noon. A bed costs less than a hotel room, which the travellers like to point out. The conductor brings coffee at six, when the lake comes into view.",
      "Running at night is not easy, because that is when the tracks are repaired. Drivers from three countries share the line, and each needs a licence for the signals of the others. A delay of an hour hardly matters to people who sleep. What matters is a quiet carriage, so the wheels are turned smooth every month. If the summer goes well, a second line to the coast will follow.",
    ],
  },
  {
    title: "Mending a bicycle wheel",
    articles: [
      "A wheel that rubs against the brake is seldom lost, for it can be trued with a small key. Turn the bicycle over and hold a pencil against the fork, close to the rim. Where the rim touches, loosen the spokes of that side by a quarter and tighten those that face them. Small steps are better than one large one. After a few rounds the pencil touches nothing.",
      "Flat tyres come from glass, from thorns and most of all from too little air. Feel along the inside of the tyre with your thumb before you put a new tube in, since the thorn may still be there. Rough up the rubber, wait until the glue is dry and press the patch on hard. Old tubes can be patched many times. Pump to the number that is printed on the side.",
    ],
  },
  {
    title: "What the river gauge says",
    articles: [
      "Every quarter of an hour a float in a shaft by the bridge measures how high the river stands. The figures go back to 1884, when a teacher wrote them into a school book each morning. From them one can see that high water now comes in February instead of April. Snow melts earlier, and more of it falls as rain. Farmers on the low fields have moved their sheds twice.",
      "A warning goes out when the water rises by more than ten centimetres in an hour. Then the fire brigade closes the path along the bank and sets boards into the cellar windows. Most floods here are over within a day. The great one of 1954 stood in the church for a week, and a line on the door still shows it. Children measure themselves against that line.",
    ],
  },
  {
    title: "Learning to read music late",
    articles: [
      "At sixty the carpenter bought a clarinet, and with it a book for children. He could hear a tune once and whistle it, but the dots on the page said nothing to him. His teacher had him clap before he was allowed to blow. Within a year he read slowly and without fear. Rhythm, he says, is only measuring, and that he has done all his life.",
      "People who begin late have one advantage over children, which is that they want to. They practise a quarter of an hour each day instead of two hours on Sunday. Their fingers are stiffer, though a warm bath before the lesson helps. Nobody in the village band asks how old a beginner is. There are never enough players for the second voice.",
    ],
  },
  {
    title: "Why leaves fall",
    articles: [
      "In autumn a tree pulls back what it can use from its leaves and lets the rest go. A thin layer of cork grows where the stalk meets the twig, and the next wind does what remains. The yellow was there all summer, hidden under the green. Red is new, and why trees make it is still argued about. It may be a screen against light while the leaf is being emptied.",
      "Trees that kept their leaves in winter would lose water that frozen ground cannot give back. Snow on a full crown would break the branches too. Needles are narrow and waxed, so pines and firs can afford to keep them. The larch is the odd one out, for it drops its needles like a beech. Under an oak the old leaves often hang until the new buds push them off.",
    ],
  },
  {
    title: "A market without plastic",
    articles: [
      "Since May the stalls on the cathedral square sell without bags. Who forgets a basket can borrow one at the fountain and bring it back the week after. Cheese is wrapped in waxed cloth, fish in paper that the town composts. The traders were worried about wet fruit, but the customers simply buy less at a time and come more often. Rubbish on the square has fallen by two thirds.",
      "Other towns have asked how it was done, and the answer is dull. It took four years, many meetings and a washing machine that runs all night. The first baskets were stolen, then people grew ashamed of having six at home. Today about nine of ten come back. The rest, says the woman who counts them, are probably in use.",
    ],
  },
  {
    title: "Walking the old salt road",
    articles: [
      "The path over the pass is eight hundred years old and was made for mules. They carried salt to the south and came back with wine, in rows of seven, with a bell on the first. The stones are worn hollow where the hooves went. A good walker needs three days from the lake to the plain. There is a hut after each stage where soup and a bed can be had.",
      "Start early, because storms build up in the afternoon from July on. Water runs beside the path nearly everywhere, and it is safe to drink above the last pasture. Dogs guard the sheep on the far side of the pass, so keep to the marked way and do not run. The descent is harder on the knees than the climb. Two sticks make it half as long.",
    ],
  },
  {
    title: "How a dictionary is made",
    articles: [
      "Someone who makes a dictionary reads newspapers with a pencil and marks whatever looks new. A word gets in when it has been seen often, for some years, and in more than one place. The meaning is taken from those places and never from what the editor thinks. That is why it is a slow trade. The letter S alone took the last edition nineteen months.",
      "Words are hardly ever thrown out, even if nobody says them any more. A reader of old letters needs them, and paper is no longer the limit. Harder than rare words are the small ones, such as set or run, with hundreds of uses. One editor spent a winter with the verb to go. When asked what she had learnt, she said that it was time to leave.",
    ],
  },
  {
    title: "Glass from a wood oven",
    articles: [
      "The glassworks in the forest burns beech, as it did when the monks began it. Sand, lime and ash melt at a heat at which iron turns white. A blower has about twenty seconds before the mass becomes too stiff to shape. He turns the pipe all the time, even while he talks. What is not good enough falls into a bucket and is melted again at night.",
      "Green glass is the natural kind, since nearly all sand holds a little iron. To make it clear one adds a black powder that the old masters called soap. Bowls cool for two days in a long brick tunnel, or else they burst on the shelf. Visitors may blow a ball of their own on Saturdays. Most of them are crooked, and all of them are taken home.",
    ],
  },
  {
    title: "Counting birds in January",
    articles: [
      "For one hour on the first weekend of the year, thousands of people sit at a window and count birds. They write down the largest number of each kind that they saw at the same moment, so that no sparrow is counted twice. The result is rough, yet it has been gathered the same way for twenty years. That makes the changes trustworthy. Greenfinches have become rare, and pigeons have not.",
      "A feeder needs to be clean more than it needs to be full. Illness spreads where many beaks touch the same wet seeds, which is why tubes are better than trays. Fat balls should come without a net, because claws get caught in it. Robins eat from the ground and like oats. If a hawk comes by now and then, that is a sign that the garden is a good one.",
    ],
  },
];

/** Pages in other languages, with the code of each. */
export const foreign: readonly (readonly [language: string, text: string])[] = [
  [
    "de",
    "Der alte Leuchtturm wird seit dem Herbst wieder gestrichen, und zwar von Leuten aus dem Dorf. Jeden Samstag treffen sie sich um acht Uhr am Hafen, trinken einen Kaffee und steigen dann die hundertzwölf Stufen hinauf. Die Farbe muss bei trockenem Wetter aufgetragen werden, sonst hält sie den Winter nicht aus. Im Frühjahr soll oben eine kleine Ausstellung über die Fischerei eröffnet werden.",
  ],
  [
    "fr",
    "Le petit cinéma de la place a rouvert ses portes après dix ans de silence. Les habitants ont réparé les fauteuils, repeint les murs et trouvé un vieux projecteur dans une école. Le vendredi soir, on y montre un film choisi par le public, et la salle est presque toujours pleine. Après la séance, tout le monde reste pour discuter autour d'une soupe.",
  ],
  [
    "es",
    "La fuente del pueblo dejó de correr en agosto, y nadie sabía por qué. Los vecinos siguieron el canal hasta la montaña y encontraron una raíz que lo había cerrado por completo. Tardaron dos días en sacarla con cuerdas y una mula. Cuando el agua volvió, hubo música en la plaza hasta la madrugada.",
  ],
  [
    "it",
    "Nella bottega in fondo alla strada si riparano orologi da quattro generazioni. Il proprietario lavora con gli stessi attrezzi del nonno e tiene un registro di ogni pezzo che ha cambiato. Molti clienti arrivano da lontano, perché altrove si sentono dire che conviene comprarne uno nuovo. Lui invece ascolta il ticchettio e quasi sempre trova il guasto.",
  ],
  [
    "nl",
    "Langs de dijk staan sinds vorig jaar weer schapen, want zij houden het gras korter dan welke machine dan ook. De herder woont in een wagen en trekt elke week een stukje verder. Kinderen uit de buurt mogen helpen met het tellen, wat moeilijker is dan het lijkt. In de herfst wordt de wol op het plein verkocht.",
  ],
  [
    "pt",
    "A biblioteca flutuante visita doze aldeias do rio e fica uma noite em cada uma. As crianças esperam no cais desde cedo, porque os livros novos são sempre os primeiros a sair. O barco pertence a uma professora que se cansou de ver as escolas sem leitura. Agora ela conhece todos os leitores pelo nome e sabe do que cada um gosta.",
  ],
];
